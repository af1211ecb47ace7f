package frame

import "syscall"

// resets are what Winsock reports of a connection that was reset: when the reset has come,
// to a write after that, and what an overlapped read that was under way ends with.
var resets = []error{syscall.WSAECONNRESET, syscall.WSAECONNABORTED, syscall.ERROR_NETNAME_DELETED}
