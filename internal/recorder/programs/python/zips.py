import io, zipfile
b = io.BytesIO()
with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
    for i in range(20): z.writestr("dir/file%d.txt" % i, b"x" * i * 100)
with zipfile.ZipFile(b) as z:
    print(z.testzip(), len(z.infolist()))
