package main

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"example.com/structpack"
	"github.com/go-restruct/restruct"
	"github.com/lunixbochs/struc"
)

// TestAgree sees that the contestants do the same.
func TestAgree(t *testing.T) {
	agree(t, "!ci4sf", binary.BigEndian, name, putNames, getNames)
	agree(t, "!HHIIBBHHH", binary.BigEndian, header, putHeaders, getHeaders)
	agree(t, "<bBhHiIqQfd?8s2xbBhHiIqQ", binary.LittleEndian, many, putManys, getManys)
	agree(t, "<IhBd", binary.LittleEndian, tick, putTicks, getTicks)
	agree(t, ">i", binary.BigEndian, int32(-70000), putInts, getInts)
	agree(t, "<d", binary.LittleEndian, 99.25, putDoubles, getDoubles)
}

func agree[T comparable](t *testing.T, format string, order binary.ByteOrder, one T, put func([]byte, []T), get func([]T, []byte)) {
	c := structpack.MustCodec[T](format)
	want := make([]byte, c.Size())
	put(want, []T{one})
	packed := func(who string, got []byte, err error) {
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s packs %s to %x, %v, want %x", who, format, got, err, want)
		}
	}
	got, err := c.Pack(&one)
	packed("Codec", got, err)
	got, err = binary.Append(nil, order, &one)
	packed("encoding/binary", got, err)
	var w bytes.Buffer
	err = struc.PackWithOptions(&w, &one, &struc.Options{Order: order})
	if !strings.Contains(format, "x") { // it leaves fields called _ out
		packed("struc", w.Bytes(), err)
	}
	got, err = restruct.Pack(order, &one)
	packed("restruct", got, err)
	if g, ok := any(&one).(encoding.BinaryAppender); ok {
		got, err = g.AppendBinary(nil)
		packed("generated code", got, err)
	}

	unpacked := func(who string, v T, err error) {
		if err != nil || v != one {
			t.Errorf("%s unpacks %s to %v, %v, want %v", who, format, v, err, one)
		}
	}
	vs := make([]T, 1)
	get(vs, want)
	unpacked("hand-written code", vs[0], nil)
	var a, b, d, e T
	err = c.Unpack(want, &a)
	unpacked("Codec", a, err)
	_, err = binary.Decode(want, order, &b)
	unpacked("encoding/binary", b, err)
	err = struc.UnpackWithOptions(bytes.NewReader(want), &d, &struc.Options{Order: order})
	if !strings.Contains(format, "x") {
		unpacked("struc", d, err)
	}
	err = restruct.Unpack(want, order, &e)
	unpacked("restruct", e, err)
	var f T
	if g, ok := any(&f).(encoding.BinaryUnmarshaler); ok {
		err = g.UnmarshalBinary(want)
		unpacked("generated code", f, err)
	}
}

// TestEventsAgree sees that the contestants find the same in an event.
func TestEventsAgree(t *testing.T) {
	data, err := event.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var read, generated, decoded, byFormat, byType Event
	read.get(data)
	err = errors.Join(generated.UnmarshalBinary(data),
		structpack.MustCodec[Event]("<QQQIIIIII4s4sHHHHiI16sQQ").Unpack(data, &byFormat), structpack.MustCodec[Event]("<").Unpack(data, &byType))
	if _, bad := binary.Decode(data, binary.LittleEndian, &decoded); err != nil || bad != nil {
		t.Fatal(err, bad)
	}
	all := map[string]Event{"hand-written": read, "generated": generated, "binary.Decode": decoded, "by format": byFormat, "by type": byType}
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		all["cast"] = *cast(data)
	}
	for name, got := range all {
		if got != event {
			t.Errorf("%s: %+v, want %+v", name, got, event)
		}
	}
	v, err := NewEventView(data)
	if err != nil || v.Time() != event.Time || v.PID() != event.PID || v.DstPort() != event.DstPort {
		t.Errorf("view: %x, %v", v, err)
	}
}
