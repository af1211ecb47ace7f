import io, tarfile
b = io.BytesIO()
with tarfile.open(fileobj=b, mode="w:gz") as t:
    for i in range(10):
        info = tarfile.TarInfo("f%d" % i); info.size = 100 * i
        t.addfile(info, io.BytesIO(b"y" * 100 * i))
b.seek(0)
with tarfile.open(fileobj=b) as t: print(t.getnames())
