import io, wave, math, struct
b = io.BytesIO()
w = wave.open(b, "wb"); w.setnchannels(2); w.setsampwidth(2); w.setframerate(8000)
w.writeframes(b"".join(struct.pack("<hh", int(9000*math.sin(i/5)), i) for i in range(300))); w.close()
b.seek(0)
r = wave.open(b); print(r.getparams()); r.readframes(300)
