//go:build oasis

package main

import "github.com/cometbft/cometbft/crypto/ed25519"

func init() {
	ed25519.EnableOasisDomainSeparation("oasis-core/tendermint")
}
