// Command cbor answers what the reference's codec does with an input.
//
// Each line of the standard input is a question, each line of the standard output its answer:
//
//	<mode> <type> <hex>
//
// The mode is one of untrusted, rpc, trusted (decode and encode again), version (only the field v),
// json (parse JSON, print it again) and tojson (decode untrusted, print JSON). The type is an
// expression as described at parse. The answer is the result in hexadecimal, or "!" and the error.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/oasisprotocol/oasis-core/go/common"
	"github.com/oasisprotocol/oasis-core/go/common/cbor"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/hash"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature"
	"github.com/oasisprotocol/oasis-core/go/common/quantity"
)

// kind is a named enumeration of eight bits.
type kind uint8

func (k kind) MarshalText() ([]byte, error) {
	switch k {
	case 1:
		return []byte("one"), nil
	case 2:
		return []byte("two"), nil
	}
	return nil, fmt.Errorf("no name for %d", uint8(k))
}

func (k *kind) UnmarshalText(text []byte) error {
	switch string(text) {
	case "one":
		*k = 1
	case "two":
		*k = 2
	default:
		return fmt.Errorf("no kind %s", text)
	}
	return nil
}

// inner is embedded by outer.
type inner struct {
	Id   uint64 `json:"id"`
	Name string `json:"name,omitempty"`
}

// outer is a versioned struct with an embedded one.
type outer struct {
	cbor.Versioned
	inner
	Extra uint8 `json:"extra,omitempty"`
}

// pair is encoded as an array.
type pair struct {
	_     struct{} `cbor:",toarray"` //nolint
	Left  uint64   `json:"left"`
	Right []byte   `json:"right"`
}

var bases = map[string]reflect.Type{
	"u8":       reflect.TypeFor[uint8](),
	"u16":      reflect.TypeFor[uint16](),
	"u32":      reflect.TypeFor[uint32](),
	"u64":      reflect.TypeFor[uint64](),
	"i8":       reflect.TypeFor[int8](),
	"i16":      reflect.TypeFor[int16](),
	"i32":      reflect.TypeFor[int32](),
	"i64":      reflect.TypeFor[int64](),
	"bool":     reflect.TypeFor[bool](),
	"text":     reflect.TypeFor[string](),
	"bytes":    reflect.TypeFor[[]byte](),
	"raw":      reflect.TypeFor[cbor.RawMessage](),
	"float":    reflect.TypeFor[float64](),
	"time":     reflect.TypeFor[time.Time](),
	"fixed4":   reflect.TypeFor[[4]byte](),
	"hash":     reflect.TypeFor[hash.Hash](),
	"key":      reflect.TypeFor[signature.PublicKey](),
	"ns":       reflect.TypeFor[common.Namespace](),
	"quantity": reflect.TypeFor[quantity.Quantity](),
	"kind":     reflect.TypeFor[kind](),
	"outer":    reflect.TypeFor[outer](),
	"pair":     reflect.TypeFor[pair](),
}

// parse reads a type expression: a name from bases, *T for a pointer, [T] for a slice, <K:V> for a
// map, {name:T,name?:T} for a struct, in which ? stands for omitempty.
func parse(text string) (reflect.Type, string) {
	switch text[0] {
	case '*':
		elem, rest := parse(text[1:])
		return reflect.PointerTo(elem), rest
	case '[':
		elem, rest := parse(text[1:])
		return reflect.SliceOf(elem), rest[1:]
	case '<':
		key, rest := parse(text[1:])
		value, rest := parse(rest[1:])
		return reflect.MapOf(key, value), rest[1:]
	case '{':
		return parseStruct(text[1:])
	}
	end := strings.IndexAny(text, "]:>,}")
	if end < 0 {
		end = len(text)
	}
	base, ok := bases[text[:end]]
	if !ok {
		panic("no type " + text[:end])
	}
	return base, text[end:]
}

func parseStruct(rest string) (reflect.Type, string) {
	var fields []reflect.StructField
	for rest[0] != '}' {
		if rest[0] == ',' {
			rest = rest[1:]
		}
		colon := strings.IndexByte(rest, ':')
		name := rest[:colon]
		tag := strings.TrimSuffix(name, "?")
		if tag != name {
			tag += ",omitempty"
		}
		var elem reflect.Type
		elem, rest = parse(rest[colon+1:])
		fields = append(fields, reflect.StructField{
			Name: "F" + strconv.Itoa(len(fields)),
			Type: elem,
			Tag:  reflect.StructTag(`json:"` + tag + `"`),
		})
	}
	return reflect.StructOf(fields), rest[1:]
}

func recode(unmarshal func([]byte, any) error, t reflect.Type, data []byte) ([]byte, error) {
	value := reflect.New(t)
	if err := unmarshal(data, value.Interface()); err != nil {
		return nil, err
	}
	return cbor.Marshal(value.Elem().Interface()), nil
}

func answer(mode, expression string, data []byte) (result []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if mode == "version" {
		v, err := cbor.GetVersion(data)
		return []byte{byte(v >> 8), byte(v)}, err
	}
	t, _ := parse(expression)
	switch mode {
	case "untrusted":
		return recode(cbor.Unmarshal, t, data)
	case "rpc":
		return recode(cbor.UnmarshalRPC, t, data)
	case "trusted":
		return recode(cbor.UnmarshalTrusted, t, data)
	case "json":
		value := reflect.New(t)
		if err := json.Unmarshal(data, value.Interface()); err != nil {
			return nil, err
		}
		return json.MarshalIndent(value.Interface(), "", "  ")
	case "tojson":
		value := reflect.New(t)
		if err := cbor.Unmarshal(data, value.Interface()); err != nil {
			return nil, err
		}
		return json.Marshal(value.Interface())
	}
	panic("no mode " + mode)
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		parts := strings.Split(in.Text(), " ")
		data, err := hex.DecodeString(parts[2])
		if err != nil {
			panic(err)
		}
		result, err := answer(parts[0], parts[1], data)
		if err != nil {
			fmt.Fprintf(out, "! %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintf(out, "%x\n", result)
		}
	}
}
