package structpack

// CalcSize returns the size in bytes of the structure that the format
// describes. It is what Pack returns and what Unpack wants.
func CalcSize(format string) (int, error) {
	s, tmp, err := lookup(format)
	if err != nil {
		return 0, err
	}
	size := s.size
	tmp.release()
	return size, nil
}

// Size returns the size of the structure in bytes.
func (s *Struct) Size() int { return s.size }

// lay places an item after those that were read before it, and adds its size and
// its values to theirs. It reports false if the structure would be too long.
func (p *parser) lay(it *item) bool {
	max := p.abi.maxSize()
	k := it.code
	it.elem, it.pad, it.wide = k.size, 0, false
	if p.native {
		it.wide = k.ctype == cLong || k.ctype == cPointer
		var align int
		it.elem, align = k.layout(p.abi)
		it.pad = -p.size & (align - 1)
		if it.pad > max-p.size {
			return false
		}
	}
	it.offset = p.size + it.pad
	const small = 1 << 24                                                                                           // so many elements after as many bytes are never too long; it saves a division
	if it.count|it.offset|p.values >= small && (it.count > (max-it.offset)/it.elem || it.values() > max-p.values) { // 0s has a value, and no size
		return false
	}
	it.index = p.values
	p.size = it.offset + it.count*it.elem
	p.values += it.values()
	return true
}

// layout returns the size and alignment of the C type of a code in native mode.
func (c *code) layout(abi *ABI) (size, align int) {
	switch c.ctype {
	case cLong:
		return abi.Long, abi.Long
	case cPointer:
		return abi.Pointer, abi.Pointer
	case cDouble:
		return c.size, abi.Align8
	}
	return c.size, c.align
}
