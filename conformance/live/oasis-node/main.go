// Package main is the reference's node as it is published, to be run beside ours.
package main

import "github.com/oasisprotocol/oasis-core/go/oasis-node/cmd"

func main() {
	cmd.Execute()
}
