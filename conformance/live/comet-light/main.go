// Answers whether CometBFT's light client believes a block, one question a line: see lightQuestions.ts.
package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	cmtmath "github.com/cometbft/cometbft/libs/math"
	"github.com/cometbft/cometbft/light"
	pb "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"
)

func numberOf(text string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

func blockOf(text string) *types.LightBlock {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	message := pb.LightBlock{}
	if err := message.Unmarshal(bytes); err != nil {
		panic(err)
	}
	block, err := types.LightBlockFromProto(&message)
	if err != nil {
		panic(err)
	}
	return block
}

// kindOf names what a check has said, by the kind of its error.
func kindOf(err error) string {
	var expired light.ErrOldHeaderExpired
	var invalid light.ErrInvalidHeader
	var untrusted light.ErrNewValSetCantBeTrusted
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &expired):
		return "expired"
	case errors.As(err, &invalid):
		return "invalid"
	case errors.As(err, &untrusted):
		return "cannotTrust"
	case strings.HasPrefix(err.Error(), "headers must be"):
		return "notAdjacent"
	case strings.HasPrefix(err.Error(), "expected old header next validators"):
		return "otherNextValidators"
	case strings.HasPrefix(err.Error(), "trustLevel must be within"):
		return "badTrustLevel"
	}
	return "commit"
}

func answerVerify(words []string) string {
	trusted, untrusted := blockOf(words[0]), blockOf(words[1])
	period := time.Duration(numberOf(words[2])) * time.Millisecond
	now := time.UnixMilli(numberOf(words[3])).UTC()
	drift := time.Duration(numberOf(words[4])) * time.Millisecond
	level := cmtmath.Fraction{Numerator: uint64(numberOf(words[5])), Denominator: uint64(numberOf(words[6]))}
	before, set := trusted.SignedHeader, trusted.ValidatorSet
	after, others := untrusted.SignedHeader, untrusted.ValidatorSet
	return strings.Join([]string{
		kindOf(light.VerifyAdjacent(before, after, others, period, now, drift)),
		kindOf(light.VerifyNonAdjacent(before, set, after, others, period, now, drift, level)),
		kindOf(light.Verify(before, set, after, others, period, now, drift, level)),
		kindOf(light.VerifyBackwards(after.Header, before.Header)),
		fmt.Sprint(light.HeaderExpired(before, period, now)),
	}, " ")
}

func answer(words []string) string {
	switch words[0] {
	case "verify":
		return answerVerify(words[1:])
	case "level":
		level := cmtmath.Fraction{Numerator: uint64(numberOf(words[1])), Denominator: uint64(numberOf(words[2]))}
		return kindOf(light.ValidateTrustLevel(level))
	}
	panic(words[0])
}

func main() {
	questions := bufio.NewScanner(os.Stdin)
	questions.Buffer(nil, 1<<26)
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	for questions.Scan() {
		fmt.Fprintln(answers, answer(strings.Split(questions.Text(), " ")))
	}
}
