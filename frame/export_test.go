package frame

// AllowPackets makes w write to a connection that keeps writes apart.
func (w *Writer) AllowPackets() { w.err = nil }
