// Command peers runs the workloads of Wadi's benchmarks on the published Go modules of the
// reference, so that both are measured on one machine in one run.
//
// Usage: peers <scenario> [folder]. Prints one JSON object: for each phase of the scenario the
// number of operations, CPU seconds and wall seconds, and whatever proves that the work was done.
// mkvs-proofs prints one such phase a line: what it has prepared, and one for each line it is sent.
package main

import (
	"bufio"
	"context"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
	"github.com/oasisprotocol/oasis-core/go/common"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/hash"
	"github.com/oasisprotocol/oasis-core/go/storage/mkvs"
	"github.com/oasisprotocol/oasis-core/go/storage/mkvs/db/api"
	"github.com/oasisprotocol/oasis-core/go/storage/mkvs/db/pathbadger"
	"github.com/oasisprotocol/oasis-core/go/storage/mkvs/node"
	"github.com/oasisprotocol/oasis-core/go/storage/mkvs/syncer"
)

// The workload, the same as in bench/src/treeWorkload.ts.
const (
	keyCount   = 100_000
	batchSize  = 1_000
	updateRuns = 100
	proofCount = 1_000
	sigCount   = 512
	batchSigs  = 64
)

type phase struct {
	Operations int     `json:"operations"`
	CPU        float64 `json:"cpuSeconds"`
	Wall       float64 `json:"wallSeconds"`
	Root       string  `json:"root,omitempty"`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func measure(operations int, work func()) phase {
	cpu, wall := cpuSeconds(), time.Now()
	work()
	return phase{Operations: operations, CPU: cpuSeconds() - cpu, Wall: time.Since(wall).Seconds()}
}

// workloadKeys are the 32-byte keys: SHA-512/256 of "key <i>".
func workloadKeys() [][]byte {
	keys := make([][]byte, keyCount)
	for i := range keys {
		sum := sha512.Sum512_256([]byte(fmt.Sprintf("key %d", i)))
		keys[i] = sum[:]
	}
	return keys
}

// workloadValues are the 64-byte values of a run: SHA-512 of "value <run> <i>".
func workloadValues(run int) [][]byte {
	values := make([][]byte, batchSize)
	for i := range values {
		sum := sha512.Sum512([]byte(fmt.Sprintf("value %d %d", run, i)))
		values[i] = sum[:]
	}
	return values
}

// keyOf spreads the updates of a run over all keys.
func keyOf(run, i int) int {
	return ((run*batchSize + i) * 7919) % keyCount
}

func load(ctx context.Context, tree mkvs.Tree, ndb api.NodeDB) map[string]phase {
	keys := workloadKeys()
	loads := make([][][]byte, keyCount/batchSize)
	for run := range loads {
		loads[run] = workloadValues(run)
	}
	updates := make([][][]byte, updateRuns)
	for run := range updates {
		updates[run] = workloadValues(keyCount/batchSize + run)
	}
	var ns common.Namespace
	var version uint64
	var root string
	commit := func() {
		version++
		_, rootHash, err := tree.Commit(ctx, ns, version)
		must(err)
		if ndb != nil {
			must(ndb.Finalize([]node.Root{{
				Namespace: ns, Version: version, Type: node.RootTypeState, Hash: rootHash,
			}}))
		}
		root = rootHash.Hex()
	}
	phases := make(map[string]phase)
	loaded := measure(keyCount, func() {
		for run, values := range loads {
			for i, value := range values {
				must(tree.Insert(ctx, keys[run*batchSize+i], value))
			}
			commit()
		}
	})
	loaded.Root = root
	phases["load"] = loaded
	updated := measure(updateRuns*batchSize, func() {
		for run, values := range updates {
			for i, value := range values {
				must(tree.Insert(ctx, keys[keyOf(run, i)], value))
			}
			commit()
		}
	})
	updated.Root = root
	phases["update"] = updated
	return phases
}

func mkvsMemory(ctx context.Context) map[string]phase {
	tree := mkvs.New(nil, nil, node.RootTypeState, mkvs.Capacity(0, 0))
	defer tree.Close()
	return load(ctx, tree, nil)
}

func mkvsPersisted(ctx context.Context, folder string, noFsync bool) map[string]phase {
	ndb, err := pathbadger.New(&api.Config{DB: folder, NoFsync: noFsync})
	must(err)
	defer ndb.Close()
	tree := mkvs.New(nil, ndb, node.RootTypeState, mkvs.Capacity(0, 0))
	defer tree.Close()
	return load(ctx, tree, ndb)
}

// question is a proof and the key that it was asked for.
type question struct {
	key   node.Key
	proof *syncer.Proof
}

// read gives the value that the nodes of a verified proof tell for a key.
func read(ptr *node.Pointer, key node.Key) []byte {
	var depth node.Depth
	for ptr != nil {
		switch n := ptr.Node.(type) {
		case *node.InternalNode:
			depth += n.LabelBitLength
			switch {
			case depth > key.BitLength():
				return nil
			case depth == key.BitLength():
				ptr = n.LeafNode
			case key.GetBit(depth):
				ptr = n.Right
			default:
				ptr = n.Left
			}
		case *node.LeafNode:
			if n.Key.Equal(key) {
				return n.Value
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// makeProofs gives proofs of keys spread over the filled tree, a digest of them and their root.
func makeProofs(ctx context.Context) ([]question, string, hash.Hash) {
	tree := mkvs.New(nil, nil, node.RootTypeState, mkvs.Capacity(0, 0))
	defer tree.Close()
	keys := workloadKeys()
	for run := 0; run < keyCount/batchSize; run++ {
		for i, value := range workloadValues(run) {
			must(tree.Insert(ctx, keys[run*batchSize+i], value))
		}
	}
	var ns common.Namespace
	_, rootHash, err := tree.Commit(ctx, ns, 1)
	must(err)
	root := node.Root{Namespace: ns, Version: 1, Type: node.RootTypeState, Hash: rootHash}
	questions := make([]question, proofCount)
	digest := sha512.New512_256()
	for i := range questions {
		key := append(node.Key{}, keys[i*(keyCount/proofCount)]...)
		response, err := tree.SyncGet(ctx, &syncer.GetRequest{
			Tree: syncer.TreeID{Root: root, Position: rootHash}, Key: key,
		})
		must(err)
		questions[i] = question{key, &response.Proof}
		for _, entry := range response.Proof.Entries {
			var size [4]byte
			binary.LittleEndian.PutUint32(size[:], uint32(len(entry)))
			digest.Write(size[:])
			digest.Write(entry)
		}
	}
	return questions, hex.EncodeToString(digest.Sum(nil)), rootHash
}

// proofs tells a digest of its proofs, and then verifies them some times for each line that it is
// sent, reading the value from each. Collecting is no part of what is compared: the tree is given up before, and what is left is
// so small that Go's collector would otherwise run all the time, a third of the whole.
func proofs(ctx context.Context) {
	questions, digest, rootHash := makeProofs(ctx)
	runtime.GC()
	debug.SetGCPercent(400)
	report := json.NewEncoder(os.Stdout)
	must(report.Encode(phase{Root: digest}))
	var verifier syncer.ProofVerifier
	const rounds = 5
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		must(report.Encode(measure(proofCount*rounds, func() {
			for round := 0; round < rounds; round++ {
				for _, asked := range questions {
					ptr, err := verifier.VerifyProof(ctx, rootHash, asked.proof)
					must(err)
					if read(ptr, asked.key) == nil {
						panic("the proof does not tell the value")
					}
				}
			}
		})))
	}
}

func signatures() map[string]phase {
	type signed struct {
		key       ed25519.PublicKey
		message   []byte
		signature []byte
	}
	all := make([]signed, sigCount)
	for i := range all {
		seed := sha512.Sum512_256([]byte(fmt.Sprintf("seed %d", i)))
		private := ed25519.NewKeyFromSeed(seed[:])
		message := sha512.Sum512_256([]byte(fmt.Sprintf("message %d", i)))
		all[i] = signed{private.Public().(ed25519.PublicKey), message[:], ed25519.Sign(private, message[:])}
	}
	options := &ed25519.Options{Verify: &ed25519.VerifyOptions{AllowNonCanonicalA: true, AllowNonCanonicalR: true}}
	phases := make(map[string]phase)
	const rounds = 10
	phases["single"] = measure(sigCount*rounds, func() {
		for round := 0; round < rounds; round++ {
			for _, s := range all {
				if !ed25519.VerifyWithOptions(s.key, s.message, s.signature, options) {
					panic("signature refused")
				}
			}
		}
	})
	phases["batch64"] = measure(sigCount*rounds, func() {
		for round := 0; round < rounds; round++ {
			for start := 0; start < sigCount; start += batchSigs {
				verifier := ed25519.NewBatchVerifierWithCapacity(batchSigs)
				for _, s := range all[start : start+batchSigs] {
					verifier.AddWithOptions(s.key, s.message, s.signature, options)
				}
				if ok, _ := verifier.Verify(nil); !ok {
					panic("batch refused")
				}
			}
		}
	})
	return phases
}

func main() {
	ctx := context.Background()
	scenario, folder := "", ""
	if len(os.Args) > 1 {
		scenario = os.Args[1]
	}
	if len(os.Args) > 2 {
		folder = os.Args[2]
	}
	var phases map[string]phase
	switch scenario {
	case "mkvs-memory":
		phases = mkvsMemory(ctx)
	case "mkvs-persisted":
		phases = mkvsPersisted(ctx, folder, true)
	case "mkvs-persisted-fsync":
		phases = mkvsPersisted(ctx, folder, false)
	case "mkvs-proofs":
		proofs(ctx)
		return
	case "ed25519":
		phases = signatures()
	default:
		fmt.Fprintln(os.Stderr, "usage: peers mkvs-memory|mkvs-persisted|mkvs-persisted-fsync|mkvs-proofs|ed25519 [folder]")
		os.Exit(2)
	}
	must(json.NewEncoder(os.Stdout).Encode(phases))
}
