package main

import (
	"example.com/structpack/internal/show"
)

// mostRows is how many rows explain --each makes: more than anybody looks at.
const mostRows = 1 << 20

func (c *call) explain() error {
	s, err := c.compile("explain")
	if err != nil {
		return err
	}
	r, err := c.record(s)
	if err != nil {
		return err
	}
	abi, err := c.findABI()
	if err != nil {
		return err
	}
	if c.has("each") && s.NumValues() > mostRows {
		return usageError("--each with more than a million values")
	}
	drawing, err := c.drawing()
	if err != nil {
		return err
	}
	l := &show.Layout{Struct: s, ABI: abi, Columns: r.columns, Each: c.has("each")}
	if c.has("c") {
		_, err := c.out.WriteString(l.C("record"))
		return err
	}
	if c.many() {
		return c.explainMany(l, drawing)
	}
	short, err := c.readLayout(l)
	if err != nil {
		return err
	}
	if c.json {
		err = c.printLayout(l)
	} else {
		err = drawing.Explain(l)
	}
	if err != nil {
		return err
	}
	return short
}

// readLayout reads the bytes of a layout, if there are any to read. What is too
// short is kept as it is, and the error says so when it has been shown.
func (c *call) readLayout(l *show.Layout) (short, err error) {
	if len(c.args) == 0 && !c.env.piped {
		return nil, nil
	}
	in, done, err := c.open()
	if err != nil {
		return nil, err
	}
	defer done()
	zero := 0
	if c.offset == nil {
		c.offset = &zero
	}
	data, err := c.data(in, l.Struct.Size())
	if err != nil || len(data) == 0 && len(c.args) == 0 {
		return nil, err
	}
	start := *c.offset
	if start < 0 {
		start += len(data)
	}
	if start < 0 || start > len(data) {
		_, err := l.Struct.UnpackFrom(data, *c.offset)
		return nil, err
	}
	end := len(data)
	if size := l.Struct.Size(); end-start > size {
		end = start + size
	} else if end-start < size {
		_, short = l.Struct.UnpackFrom(data, *c.offset)
	}
	l.Data, l.Base = data[start:end:end], int64(start)
	return short, nil
}

// printLayout writes a layout as JSON.
func (c *call) printLayout(l *show.Layout) error {
	size, _ := l.CSize()
	return c.printJSON(struct {
		Format string     `json:"format"`
		ABI    string     `json:"abi"`
		Size   int        `json:"size"`
		SizeOf int        `json:"sizeof"` // in C
		Values int        `json:"values"`
		Rows   []show.Row `json:"rows"`
	}{l.Struct.Format(), l.ABI.Name, l.Struct.Size(), size, l.Struct.NumValues(), l.Rows(true)})
}

// explainMany draws a table with a row for each structure.
func (c *call) explainMany(l *show.Layout, drawing *show.Drawing) error {
	in, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	if !c.json {
		drawing.Head(l)
	}
	table := show.NewRecords(drawing, l)
	err = c.records(in, l.Struct, func(n int, at int64, data []byte) error {
		l.Data, l.Base = data, at
		if c.json {
			return c.printLayout(l)
		}
		return table.Add()
	})
	if flushed := table.Flush(); err == nil {
		err = flushed
	}
	return err
}

// drawing returns what draws on standard output.
func (c *call) drawing() (*show.Drawing, error) {
	d := &show.Drawing{W: c.out, Width: c.env.width, Color: c.env.color}
	switch when := c.value("color"); when {
	case "", "auto":
	case "always":
		d.Color = true
	case "never":
		d.Color = false
	default:
		return nil, usageError("--color is always, auto or never")
	}
	return d, nil
}
