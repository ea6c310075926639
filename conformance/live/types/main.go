// Command types answers what the reference's types make of an input.
//
// Each line of the standard input is a question, each line of the standard output its answer:
//
//	names                      the names of all types, with blanks between them
//	cbor <name> <hex>          decode CBOR
//	json <name> <hex>          decode JSON
//
// The answer to the last two is the value as CBOR and as JSON, both in hexadecimal; "!" for JSON
// when it has none; "!" and nothing else when the input was refused.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	"github.com/oasisprotocol/oasis-core/go/common/cbor"
)

func names() string {
	var all []string
	for name := range types {
		all = append(all, name)
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

func answer(form, name, input string) string {
	value := reflect.New(reflect.TypeOf(types[name])).Interface()
	bytes, err := hex.DecodeString(input)
	if err != nil {
		panic(err)
	}
	if form == "json" {
		err = json.Unmarshal(bytes, value)
	} else {
		err = cbor.Unmarshal(bytes, value)
	}
	if err != nil {
		return "!"
	}
	text := "!"
	if form, err := json.Marshal(value); err == nil {
		text = hex.EncodeToString(form)
	}
	return hex.EncodeToString(cbor.Marshal(value)) + " " + text
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		if in.Text() == "names" {
			fmt.Fprintln(out, names())
			continue
		}
		question := strings.Split(in.Text(), " ")
		fmt.Fprintln(out, answer(question[0], question[1], question[2]))
	}
}
