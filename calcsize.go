package structpack

// CalcSize returns the size in bytes of the structure that the format
// describes. It is what Pack returns and what Unpack wants.
func CalcSize(format string) (int, error) {
	s, err := cached(format)
	if err != nil {
		return 0, err
	}
	return s.size, nil
}
