// Answers questions about CometBFT's types, one a line: see oracle.ts.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtmath "github.com/cometbft/cometbft/libs/math"
	pb "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"
)

const refused = "!"

func bytesOf(text string) []byte {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return bytes
}

// verdictOf takes a panic of the library for an error, as its callers have to.
func verdictOf(check func() error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("%v", thrown)
		}
	}()
	return check()
}

var messages = map[string]func() proto.Message{
	"block":      func() proto.Message { return &pb.Block{} },
	"commit":     func() proto.Message { return &pb.Commit{} },
	"evidence":   func() proto.Message { return &pb.Evidence{} },
	"header":     func() proto.Message { return &pb.Header{} },
	"lightBlock": func() proto.Message { return &pb.LightBlock{} },
	"part":       func() proto.Message { return &pb.Part{} },
	"proposal":   func() proto.Message { return &pb.Proposal{} },
	"vote":       func() proto.Message { return &pb.Vote{} },
}

// hashesOf checks a message, and gives the hashes that it has.
func hashesOf(message proto.Message) (string, error) {
	switch m := message.(type) {
	case *pb.Block:
		block, err := types.BlockFromProto(m)
		if err != nil {
			return "", err
		}
		parts, err := block.MakePartSet(types.BlockPartSizeBytes)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%x%x", []byte(block.Hash()), []byte(parts.Header().Hash)), nil
	case *pb.Commit:
		commit, err := types.CommitFromProto(m)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%x", []byte(commit.Hash())), nil
	case *pb.Evidence:
		evidence, err := types.EvidenceFromProto(m)
		if err != nil {
			return "", err
		}
		list := types.EvidenceList{evidence}
		return fmt.Sprintf("%x%x", list.Hash(), evidence.Hash()), nil
	case *pb.Header:
		header, err := types.HeaderFromProto(m)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%x", []byte(header.Hash())), nil
	case *pb.LightBlock:
		block, err := types.LightBlockFromProto(m)
		if err != nil {
			return "", err
		}
		if block.SignedHeader == nil || block.Header == nil {
			return "", errors.New("no header")
		}
		return "", block.ValidateBasic(block.ChainID)
	case *pb.Part:
		part, err := types.PartFromProto(m)
		if err != nil {
			return "", err
		}
		return "", part.ValidateBasic()
	case *pb.Proposal:
		proposal, err := types.ProposalFromProto(m)
		if err != nil {
			return "", err
		}
		return "", proposal.ValidateBasic()
	case *pb.Vote:
		vote, err := types.VoteFromProto(m)
		if err != nil {
			return "", err
		}
		return "", vote.ValidateBasic()
	}
	return "", errors.New("unknown message")
}

func answerMessage(kind, text string) (answer string) {
	message := messages[kind]()
	if proto.Unmarshal(bytesOf(text), message) != nil {
		return refused
	}
	err := verdictOf(func() error {
		hashes, err := hashesOf(message)
		if err != nil {
			return err
		}
		written, err := proto.Marshal(message)
		answer = fmt.Sprintf("%x %s", written, hashes)
		return err
	})
	if err != nil {
		return refused
	}
	return answer
}

func answerSignBytes(kind, chain, text string) string {
	if kind == "vote" {
		vote := pb.Vote{}
		if vote.Unmarshal(bytesOf(text)) != nil {
			return refused
		}
		return fmt.Sprintf("%x", types.VoteSignBytes(chain, &vote))
	}
	proposal := pb.Proposal{}
	if proposal.Unmarshal(bytesOf(text)) != nil {
		return refused
	}
	return fmt.Sprintf("%x", types.ProposalSignBytes(chain, &proposal))
}

func membersOf(changes [][2]string) []*types.Validator {
	members := make([]*types.Validator, len(changes))
	for i, change := range changes {
		power, err := strconv.ParseInt(change[1], 10, 64)
		if err != nil {
			panic(err)
		}
		members[i] = types.NewValidator(ed25519.PubKey(bytesOf(change[0])), power)
	}
	return members
}

func describe(set *types.ValidatorSet) string {
	var text strings.Builder
	for _, v := range set.Validators {
		fmt.Fprintf(&text, "%x:%d:%d,", []byte(v.Address), v.VotingPower, v.ProposerPriority)
	}
	fmt.Fprintf(&text, "%x,%d,%x", []byte(set.Proposer.Address), set.TotalVotingPower(), set.Hash())
	return text.String()
}

// answerRotation makes a set of the first changes, and takes turns or changes one after another.
func answerRotation(text string) string {
	var steps []json.RawMessage
	if err := json.Unmarshal([]byte(text), &steps); err != nil {
		panic(err)
	}
	var set *types.ValidatorSet
	answers := make([]string, 0, len(steps))
	for _, step := range steps {
		var turns int32
		var changes [][2]string
		next := set
		err := verdictOf(func() error {
			if json.Unmarshal(step, &turns) == nil {
				next = set.CopyIncrementProposerPriority(turns)
				return nil
			}
			if err := json.Unmarshal(step, &changes); err != nil {
				return err
			}
			if set == nil {
				next = types.NewValidatorSet(membersOf(changes))
				return nil
			}
			next = set.Copy()
			if err := next.UpdateWithChangeSet(membersOf(changes)); err != nil {
				return err
			}
			next.IncrementProposerPriority(1)
			return nil
		})
		if err != nil {
			answers = append(answers, refused)
			if set == nil {
				break
			}
			continue
		}
		set = next
		answers = append(answers, describe(set))
	}
	return strings.Join(answers, " ")
}

// answerCommit tells which of the five ways to verify a commit accept it.
func answerCommit(words []string) string {
	validators, commit, id := pb.ValidatorSet{}, pb.Commit{}, pb.BlockID{}
	if validators.Unmarshal(bytesOf(words[0])) != nil || commit.Unmarshal(bytesOf(words[1])) != nil ||
		id.Unmarshal(bytesOf(words[2])) != nil {
		return refused
	}
	set, err := types.ValidatorSetFromProto(&validators)
	if err != nil {
		return refused
	}
	signed, err := types.CommitFromProto(&commit)
	if err != nil {
		return refused
	}
	block, err := types.BlockIDFromProto(&id)
	if err != nil {
		return refused
	}
	var level cmtmath.Fraction
	fmt.Sscan(words[4], &level.Numerator)
	fmt.Sscan(words[5], &level.Denominator)
	chain := words[3]
	answer := ""
	for _, check := range []func() error{
		func() error { return set.VerifyCommit(chain, *block, 1, signed) },
		func() error { return set.VerifyCommitLight(chain, *block, 1, signed) },
		func() error { return set.VerifyCommitLightAllSignatures(chain, *block, 1, signed) },
		func() error { return set.VerifyCommitLightTrusting(chain, signed, level) },
		func() error { return set.VerifyCommitLightTrustingAllSignatures(chain, signed, level) },
	} {
		if verdictOf(check) == nil {
			answer += "y"
		} else {
			answer += "n"
		}
	}
	return answer
}

func answer(words []string) string {
	switch words[0] {
	case "message":
		return answerMessage(words[1], words[2])
	case "sign":
		return answerSignBytes(words[1], words[2], words[3])
	case "rotation":
		return answerRotation(words[1])
	case "commit":
		return answerCommit(words[1:])
	}
	panic(words[0])
}

func main() {
	ed25519.EnableOasisDomainSeparation("oasis-core/tendermint")
	questions := bufio.NewScanner(os.Stdin)
	questions.Buffer(nil, 1<<26)
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	for questions.Scan() {
		fmt.Fprintln(answers, answer(strings.Split(questions.Text(), " ")))
	}
}
