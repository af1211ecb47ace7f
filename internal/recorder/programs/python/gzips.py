import gzip
import io

out = io.BytesIO()
for level in range(10):
    with gzip.GzipFile("name%d" % level, "wb", level, out, mtime=level * 1000000) as f:
        f.write(b"text " * 1000 * level)
out.seek(0)
print(len(gzip.GzipFile(fileobj=out).read()))
