// Command conformance asks other libraries the questions of package conformance:
//
//	go run ./conformance struc
//	go run ./conformance restruct
//
// It prints what conformance/run.py prints of a Python. These two have struct types in the
// place of formats, so they are asked what the types can say: formats that are right, values
// that fit into the fields, and data that is long enough.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"

	"example.com/structpack"
	"example.com/structpack/conformance"
	"github.com/go-restruct/restruct"
	"github.com/lunixbochs/struc"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: conformance struc | restruct")
	}
	var im conformance.Implementation
	switch os.Args[1] {
	case "struc":
		im = ofStruc()
	case "restruct":
		im = ofRestruct()
	default:
		log.Fatalf("conformance: no library is called %q", os.Args[1])
	}
	for _, s := range conformance.Scores("", im) {
		fmt.Printf("%s\t%d\t%d\t%d\t0\n", s.About, s.Asked, s.Wrong, s.Missed)
	}
}

func ofStruc() conformance.Implementation {
	return conformance.Implementation{
		CalcSize: func(format string) (int, error) {
			v, _, err := record(format, "FD")
			if err != nil {
				return 0, err
			}
			return struc.Sizeof(v.Interface())
		},
		Pack: func(format string, values ...any) ([]byte, error) {
			v, order, err := filled(format, "FD", values)
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			err = struc.PackWithOptions(&b, v.Interface(), &struc.Options{Order: order})
			return b.Bytes(), err
		},
		Unpack: func(format string, data []byte) ([]any, error) {
			v, order, err := room(format, "FD", data)
			if err != nil {
				return nil, err
			}
			err = struc.UnpackWithOptions(bytes.NewReader(data), v.Interface(), &struc.Options{Order: order})
			return values(format, v), err
		},
	}
}

func ofRestruct() conformance.Implementation {
	return conformance.Implementation{
		CalcSize: func(format string) (int, error) {
			v, _, err := record(format, "")
			if err != nil {
				return 0, err
			}
			return restruct.SizeOf(v.Interface())
		},
		Pack: func(format string, values ...any) ([]byte, error) {
			v, order, err := filled(format, "", values)
			if err != nil {
				return nil, err
			}
			return restruct.Pack(order, v.Interface())
		},
		Unpack: func(format string, data []byte) ([]any, error) {
			v, order, err := room(format, "", data)
			if err != nil {
				return nil, err
			}
			err = restruct.Unpack(data, order, v.Interface())
			return values(format, v), err
		},
	}
}

// record returns a pointer to a new struct with a field for each item of the format. It
// takes no codes that Go has no type for, nor those that are lacking.
func record(format, lacking string) (reflect.Value, binary.ByteOrder, error) {
	s, err := structpack.Compile(format)
	if err != nil || len(format) < 2 || format[0] != '<' && format[0] != '>' && format[0] != '!' {
		return reflect.Value{}, nil, errors.ErrUnsupported
	}
	var fields []reflect.StructField
	for i, f := range s.Fields() {
		t := f.Type
		switch {
		case f.Code == "e" || f.Code == "p" || f.Code[0] == 'Z' || lacking != "" && (f.Code == "F" || f.Code == "D"):
			return reflect.Value{}, nil, errors.ErrUnsupported
		case f.Code == "s" || f.Code == "x":
			t = reflect.ArrayOf(f.Size, reflect.TypeFor[byte]())
		default:
			t = reflect.ArrayOf(f.Values, t)
		}
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: t})
	}
	if format[0] == '<' {
		return reflect.New(reflect.StructOf(fields)), binary.LittleEndian, nil
	}
	return reflect.New(reflect.StructOf(fields)), binary.BigEndian, nil
}

// room is record for data, unless they are longer than the record: streams may be.
func room(format, lacking string, data []byte) (reflect.Value, binary.ByteOrder, error) {
	if n, err := structpack.CalcSize(format); err != nil || len(data) > n {
		return reflect.Value{}, nil, errors.ErrUnsupported
	}
	return record(format, lacking)
}

// filled is record with values, if they fit into its fields.
func filled(format, lacking string, values []any) (reflect.Value, binary.ByteOrder, error) {
	v, order, err := record(format, lacking)
	if err != nil {
		return v, nil, err
	}
	s := structpack.MustCompile(format)
	if len(values) != s.NumValues() {
		return v, nil, errors.ErrUnsupported
	}
	for i, f := range s.Fields() {
		for k := range f.Values {
			x, place := values[f.Index+k], v.Elem().Field(i)
			b, isBytes := x.([]byte)
			switch {
			case f.Code == "s" && isBytes:
				reflect.Copy(place, reflect.ValueOf(b))
			case f.Code == "c" && len(b) == 1:
				place.Index(k).SetUint(uint64(b[0]))
			case f.Code == "s" || f.Code == "c" || !set(place.Index(k), x):
				return v, nil, errors.ErrUnsupported
			}
		}
	}
	return v, order, nil
}

// set sets a field to a value, if it can hold it.
func set(field reflect.Value, x any) bool {
	switch x := x.(type) {
	case bool:
		if field.Kind() == reflect.Bool {
			field.SetBool(x)
			return true
		}
	case int64:
		switch {
		case field.CanInt() && !field.OverflowInt(x):
			field.SetInt(x)
			return true
		case field.CanUint() && x >= 0 && !field.OverflowUint(uint64(x)):
			field.SetUint(uint64(x))
			return true
		}
	case float64:
		if field.CanFloat() && !field.OverflowFloat(x) {
			field.SetFloat(x)
			return true
		}
	case complex128:
		if field.CanComplex() {
			field.SetComplex(x)
			return true
		}
	}
	return false
}

// values returns the values in the fields of a record.
func values(format string, v reflect.Value) (all []any) {
	for i, f := range structpack.MustCompile(format).Fields() {
		switch list := v.Elem().Field(i); f.Code {
		case "x":
		case "s":
			all = append(all, list.Bytes())
		default:
			for k := range f.Values {
				all = append(all, list.Index(k).Interface())
			}
		}
	}
	return all
}
