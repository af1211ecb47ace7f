// Package frame makes messages of streams and datagrams. A message is a frame: a
// header, packed by a format as Python's struct module packs, one of whose
// integers tells how long the payload behind it is.
//
//	layout := frame.MustLayout("!HBI", frame.LengthAt(2)) // id, kind, length
//
//	c := frame.NewConn(conn, layout)
//	err := c.Write([]byte("hello"), 7, 1) // id 7, kind 1
//	f, err := c.Next()                    // flushes, and waits for a frame
//	fmt.Println(f.Uint(0), f.Uint(1), string(f.Payload))
//
// A [Layout] says how frames lie in bytes; its methods Cut, Parse, Split and
// Append work on bytes. A [Reader] and a [Writer] work on any stream: a
// connection, a pipe, a file, standard input. A [Conn] is both, with timeouts and
// contexts; a [Server] has one for each of its clients.
//
// # Layouts
//
// The length counts the bytes behind the header, unless one of these rules says
// otherwise: [LengthAt] says which value it is, [CountsFrom] and [CountsHeader]
// that it counts (a part of) the header too, [Trailer] that there are bytes
// that it does not count. [LengthFunc] computes what no single value says. These
// are the layouts of protocols that are in use, with where they are written down:
//
//	DNS over TCP             "!H"                                      RFC 1035, 4.2.2
//	PostgreSQL               "!cI", CountsFrom(1)                      PostgreSQL 15, 55.7
//	PostgreSQL start-up      "!I", CountsHeader()                      PostgreSQL 15, 55.7
//	Kafka                    "!i"                                      Kafka protocol guide
//	Erlang {packet,1}        "!B"                                      inet:setopts/2
//	Erlang {packet,2}        "!H"                                      inet:setopts/2
//	Erlang {packet,4}        "!I"                                      inet:setopts/2
//	logging SocketHandler    ">L"                                      Lib/logging/handlers.py
//	multiprocessing          "!i", LengthFunc(multiprocessing)         Lib/multiprocessing/connection.py
//	ssh-agent                "!IB", LengthAt(0), CountsFrom(1)         draft-miller-ssh-agent, 3
//	BGP                      "!16sHB", LengthAt(1), CountsHeader()     RFC 4271, 4.1
//	MongoDB                  "<iiii", LengthAt(0), CountsHeader()      MongoDB wire protocol
//	AMQP 0-9-1               "!BHI", LengthAt(2), Trailer(1)           AMQP 0-9-1, 4.2.3
//	memcached, binary        "!BBHBBHIIQ", LengthAt(6)                 BinaryProtocolRevamped
//	TLS records              "!BHH", LengthAt(2)                       RFC 8446, 5.1
//	RADIUS, in datagrams     "!BBH16s", LengthAt(2), CountsHeader()    RFC 2865, 3
//	pcap, behind its header  "<IIII", LengthAt(2)                      pcap-savefile(5)
//	Zabbix                   "<4sBII", LengthAt(2)                     Zabbix 6.0, header
//	FastCGI                  "!BBHHBx", LengthFunc(fastCGI)            FastCGI 1.0, 3.3
//	HTTP/2                   "!BHBBI", LengthFunc(http2)               RFC 9113, 4.1
//
// The last two need a function because the length is a sum of two values, and
// because it has 24 bits; that of multiprocessing is −1 where a !Q follows. The
// examples of LengthFunc have all three. [Conn.SetLayout] goes from PostgreSQL's
// start-up to what follows it. Lengths of varying size (MQTT, protobuf) and text
// (Redis, NATS) are out of scope.
//
// # Rules
//
//   - Ownership: a frame's bytes belong to its Reader, and are valid until the
//     next call on it; [Frame.Clone] keeps them. A Writer retains nothing.
//   - Ends: io.EOF means that the stream ended between frames, and
//     io.ErrUnexpectedEOF that it ended inside one, also right behind a header. For
//     TLS, which may be cut off, that is the only sign.
//   - Lengths: what is too large, negative or smaller than its rule allows is a
//     [*SizeError], before there is memory for it; the Reader stays failed. What
//     a length cannot express is an error when writing, and never cut off.
//   - Timeouts: a deadline that passes, wherever in a frame, is the one error after
//     which reading goes on. Writing does not go on after any error of the stream.
//   - Memory: a buffer grows at most fourfold at a time with what has arrived, from
//     4 KiB on, whatever a header claims; read-ahead goes up to 64 KiB. A
//     connection whose next frame is waited for holds no buffer.
//   - Writes: frames go to the stream with one call for 32 KiB of them, on Flush, and
//     before a Conn waits for its peer.
//   - Time: an IdleTimeout ends with a frame's first byte; a FrameTimeout runs from
//     there to its last byte, and no piece gives it more time; a WriteTimeout is
//     that of a flush.
//   - Shutdown: what has arrived is answered, all of it, once and as a whole; answers
//     that other goroutines are to give have [Server.Done] wait for them.
//
// Each is told in full where it belongs, and has a test by its name.
//
// # Datagrams, pipes and files
//
// A datagram is one frame: [Layout.Append] makes it and [Layout.Parse] reads it,
// and says so if it is cut short or has something left over. A Reader refuses
// connections of datagrams. Pipes are streams like any other, and so are files;
// those of os.Pipe have deadlines.
package frame
