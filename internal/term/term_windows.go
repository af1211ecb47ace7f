package term

import (
	"os"
	"syscall"
	"unsafe"
)

var screenBufferInfo = syscall.NewLazyDLL("kernel32.dll").NewProc("GetConsoleScreenBufferInfo")

func width(f *os.File) (int, bool) {
	var mode uint32
	if syscall.GetConsoleMode(syscall.Handle(f.Fd()), &mode) != nil {
		return 0, false
	}
	// CONSOLE_SCREEN_BUFFER_INFO: the window is what one sees of the buffer.
	var info struct {
		columns, rows, x, y      int16
		attributes               uint16
		left, top, right, bottom int16
		mostColumns, mostRows    int16
	}
	if ok, _, _ := screenBufferInfo.Call(f.Fd(), uintptr(unsafe.Pointer(&info))); ok == 0 {
		return 0, true // an input
	}
	return int(info.right-info.left) + 1, true
}
