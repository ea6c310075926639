// Command genesis says what the reference makes of genesis documents.
//
// Each line of the standard input is a document, each line of the standard output what became of
// it: "ok", or why it was refused. The one argument is "debug" or "production".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/viper"

	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature"
	genesis "github.com/oasisprotocol/oasis-core/go/genesis/api"
	"github.com/oasisprotocol/oasis-core/go/oasis-node/cmd/common/flags"
)

const lineSizeMax = 1 << 24

// check refuses what makes the reference panic, too: its node would not start.
func check(text []byte) (result string) {
	defer func() {
		if reason := recover(); reason != nil {
			result = fmt.Sprintf("panic: %v", reason)
		}
	}()
	var document genesis.Document
	if err := json.Unmarshal(text, &document); err != nil {
		return "unread: " + err.Error()
	}
	if err := document.SanityCheck(); err != nil {
		return "refused: " + err.Error()
	}
	return "ok"
}

func main() {
	isDebug := os.Args[1] == "debug"
	viper.Set(flags.CfgDebugDontBlameOasis, isDebug)
	signature.BuildPublicKeyBlacklist(isDebug)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineSizeMax)
	for lines.Scan() {
		fmt.Println(strings.ReplaceAll(check(lines.Bytes()), "\n", " "))
	}
}
