// Package frame reads and writes messages on streams and datagrams. A message is a
// frame: a header, described by a format as in Python's struct module, and a payload,
// whose length is one of the header's integers.
//
//	layout := frame.MustLayout("!HBI", frame.LengthAt(2)) // id, kind, length
//
//	c := frame.NewConn(conn, layout)
//	err := c.Write([]byte("hello"), 7, 1) // id 7, kind 1
//	f, err := c.Next()                    // flushes, and waits for a frame
//	fmt.Println(f.Uint(0), f.Uint(1), string(f.Payload))
//
// A [Layout] describes how frames are laid out in bytes; its methods [Layout.Cut],
// [Layout.Parse], [Layout.Split] and [Layout.Append] work on bytes. A [Reader] and a
// [Writer] work on any stream: a connection, a pipe, a file, standard input. A [Conn]
// is both, with timeouts and contexts; a [Server] has one for each of its clients, and
// a [Client] makes calls on one and finds the answers by a number in the header.
// [Writer.WriteFrom] and [Server.HandleStream] are for payloads larger than memory,
// [Conn.Upgrade] goes on over TLS in the middle of a connection, as STARTTLS does, and
// [Pipes] makes a connection of the two streams of a child process.
//
// # Layouts
//
// The length counts the bytes after the header, unless a rule says otherwise:
// [LengthAt] says which value it is, [CountsFrom] and [CountsHeader] that it counts
// the header too, or a part of it, [Trailer] adds bytes it does not count, and
// [NoPayload] says that there is none. [LengthFunc] computes what no single value
// says. [Fixed] is for values that never change. These are the layouts of protocols in
// use, and where each is specified:
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
//	pcap, after its header   "<IIII", LengthAt(2)                      pcap-savefile(5)
//	Zabbix                   "<4sBII", LengthAt(2)                     Zabbix 6.0, header
//	FastCGI                  "!BBHHBx", LengthFunc(fastCGI)            FastCGI 1.0, 3.3
//	HTTP/2                   "!BHBBI", LengthFunc(http2)               RFC 9113, 4.1
//
// The last two need a function because the length is a sum of two values, and because
// it has 24 bits and the next value shares its first word; "!3sBBI" with LengthAt(0)
// reads HTTP/2 as well. In multiprocessing a length of −1 is followed by a !Q. The
// examples of LengthFunc have all three. [Conn.SetLayout] changes from PostgreSQL's
// start-up to what follows it. Lengths of varying size (MQTT, protobuf) and text
// (Redis, NATS) are out of scope.
//
// # Rules
//
//   - Ownership: a frame's bytes belong to its Reader, and are valid until the next
//     call on it; [Frame.Clone] keeps them. The header from [Reader.ReadHeader] is valid
//     until the next header is read. A Writer retains nothing.
//   - Ends: io.EOF means that the stream ended between frames, and
//     io.ErrUnexpectedEOF that it ended inside one, even just after a header. A reset
//     is an error of its own, whether reading or writing noticed it. A TLS stream
//     that is cut off between frames ends without any other sign.
//   - Lengths: one that is too large, negative or smaller than its rule allows is a
//     [*SizeError], and nothing is allocated; the Reader stays failed. When writing, a
//     payload that the length cannot express is an error and is never truncated.
//   - Timeouts: a deadline that passes, wherever in a frame, is the only error after
//     which reading goes on. Writing does not go on after any error of the stream.
//   - Memory: a buffer grows at most fourfold at a time with the bytes that have arrived,
//     from 4 KiB on, whatever a header claims; read-ahead goes up to 64 KiB. A
//     connection waiting for its next frame holds no buffer, and after a second of it
//     in a Server no goroutine; see [Server.ParkAfter].
//   - Writes: frames go to the stream with one call for 32 KiB of them, on Flush, and
//     before a Conn waits for its peer. Goroutines that wait are served in their order.
//   - Time: an IdleTimeout ends with a frame's first byte; a FrameTimeout runs from
//     there to its last byte, and partial progress does not extend it; WriteTimeout
//     bounds each flush.
//   - Failed writes: frames that have arrived come first, then the error.
//   - Shutdown: every frame that has arrived on a connection that was accepted is
//     answered, once and as a whole, or ConnError reports which connection lost some.
//     For answers that other goroutines give, [Server.Done] can wait; what handlers write
//     to connections of others needs CloseTogether.
//
// Each is described in full at the symbol it concerns, and has a test named after it.
//
// # Datagrams, pipes and files
//
// A datagram is one frame: [Layout.Append] makes it and [Layout.Parse] reads it,
// with an error if it is cut short or has bytes left over. A Reader refuses
// connections of datagrams. Pipes are streams like any other, and so are files;
// the ends of an os.Pipe have deadlines.
package frame
