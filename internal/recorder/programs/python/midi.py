import io, mido
m = mido.MidiFile(); t = mido.MidiTrack(); m.tracks.append(t)
t.append(mido.MetaMessage("set_tempo", tempo=500000))
for i in range(50): t.append(mido.Message("note_on", note=40+i, velocity=64, time=i*3)); t.append(mido.Message("note_off", note=40+i, time=100))
b = io.BytesIO(); m.save(file=b); b.seek(0)
print(len(list(mido.MidiFile(file=b))))
