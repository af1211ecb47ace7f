package wire

import (
	"fmt"
	"testing"

	"example.com/structpack/fixture"
)

// TestRecording replays what the Python program did.
func TestRecording(t *testing.T) {
	var calls fixture.Calls
	for _, file := range []string{"calls.jsonl", "vary.jsonl"} {
		calls = append(calls, fixture.Load(t, file)...)
		fixture.Run(t, file)
	}
	t.Run("String", func(t *testing.T) {
		fixture.Codec(t, stringCodec, calls.Format("<f"))
	})
	t.Run("Frame", func(t *testing.T) {
		fixture.Codec(t, frameCodec, calls.Format("!IH"))
	})
	t.Run("Header", func(t *testing.T) {
		fixture.Codec(t, headerCodec, calls.Format("!HBI"))
	})
	t.Run("Pair", func(t *testing.T) {
		fixture.Codec(t, pairCodec, calls.Format("<BB"))
	})
	t.Run("Child", func(t *testing.T) {
		fixture.Codec(t, childCodec, calls.Format("<q"))
	})
	t.Run("Point", func(t *testing.T) {
		fixture.Codec(t, pointCodec, calls.Format("<hh"))
	})
	t.Run("Program", func(t *testing.T) {
		fixture.Codec(t, programCodec, calls.Format(">HH"))
	})
	t.Run("Program2", func(t *testing.T) {
		fixture.Codec(t, program2Codec, calls.Format("<IHB"))
	})
	t.Run("Program3", func(t *testing.T) {
		fixture.Codec(t, program3Codec, calls.Format("<Q"))
	})
	t.Run("Program4", func(t *testing.T) {
		fixture.Codec(t, program4Codec, calls.Format("<HB"))
	})
	t.Run("Program5", func(t *testing.T) {
		fixture.Codec(t, program5Codec, calls.Format("<H"))
	})
	t.Run("Program6", func(t *testing.T) {
		fixture.Codec(t, program6Codec, calls.Format("<HB"))
	})
	t.Run("Program7", func(t *testing.T) {
		fixture.Codec(t, program7Codec, calls.Format("<B"))
	})
	t.Run("Program8", func(t *testing.T) {
		fixture.Codec(t, program8Codec, calls.Format("<hh"))
	})
	t.Run("Program9", func(t *testing.T) {
		fixture.Codec(t, program9Codec, calls.Format("<d"))
	})
	t.Run("Vary", func(t *testing.T) {
		n := 0
		for _, c := range calls.At("vary.py:3", "vary.py:5") {
			var nKey, nValue int
			if c.Op == "calcsize" || c.Error != "" {
				continue
			}
			if _, err := fmt.Sscanf(c.Format, "!L%ds%ds", &nKey, &nValue); err != nil {
				continue
			}
			n++
			var v Vary
			if err := v.Unpack(c.Data, nKey, nValue); err != nil {
				t.Errorf("line %d: %v\n%s", c.Line, err, c)
				continue
			}
			packed, err := v.AppendBinary(nil)
			if err == nil {
				err = c.CheckPacked(packed)
			}
			if err != nil {
				t.Errorf("line %d: %v\n%s", c.Line, err, c)
			}
		}
		if n == 0 {
			t.Error("no calls")
		}
	})
	t.Run("Numbers", func(t *testing.T) {
		n := 0
		for _, c := range calls.At("vary.py:8") {
			var nXs int
			if c.Op == "calcsize" || c.Error != "" {
				continue
			}
			if _, err := fmt.Sscanf(c.Format, "<%dH", &nXs); err != nil {
				continue
			}
			n++
			var v Numbers
			if err := v.Unpack(c.Data, nXs); err != nil {
				t.Errorf("line %d: %v\n%s", c.Line, err, c)
				continue
			}
			packed, err := v.AppendBinary(nil)
			if err == nil {
				err = c.CheckPacked(packed)
			}
			if err != nil {
				t.Errorf("line %d: %v\n%s", c.Line, err, c)
			}
		}
		if n == 0 {
			t.Error("no calls")
		}
	})
}
