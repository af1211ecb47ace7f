package frame

import "slices"

// Stats are counts of a connection.
type Stats struct {
	// FramesRead and BytesRead are as they were when the Reader last looked at the stream.
	FramesRead, BytesRead int64

	// FramesWritten are those that were added, and BytesWritten what the stream has taken.
	FramesWritten, BytesWritten int64

	Pending int64 // bytes that wait to be written
}

// Stats returns what the connection has done so far. Any goroutine may call it. How
// connections end is for ConnError, and for Done, to count.
func (c *Conn) Stats() Stats {
	w := &c.Writer
	w.lock()
	defer w.unlock()
	return Stats{
		FramesRead: c.framesRead.Load(), BytesRead: c.bytesRead.Load(),
		FramesWritten: w.frames, BytesWritten: w.written,
		Pending: w.taken - w.written + int64(len(w.b)),
	}
}

// Conns returns the connections that the Server has, in no order. A server that is to
// say farewell sends it to them, with [Conn.TrySend], before its [Server.Shutdown]; what
// handlers still send to others comes after it, if the Server has CloseTogether.
func (s *Server) Conns() []*Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.conns)
}
