// Program runtime-host is the reference's two sides of the Runtime Host Protocol: a runtime that a
// host of ours starts, and a host that starts a runtime of ours. It tells in lines what happens.
package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/oasisprotocol/oasis-core/go/common"
	"github.com/oasisprotocol/oasis-core/go/common/cbor"
	"github.com/oasisprotocol/oasis-core/go/common/logging"
	"github.com/oasisprotocol/oasis-core/go/common/version"
	consensus "github.com/oasisprotocol/oasis-core/go/consensus/api"
	"github.com/oasisprotocol/oasis-core/go/roothash/api/block"
	"github.com/oasisprotocol/oasis-core/go/runtime/bundle"
	"github.com/oasisprotocol/oasis-core/go/runtime/bundle/component"
	"github.com/oasisprotocol/oasis-core/go/runtime/host"
	"github.com/oasisprotocol/oasis-core/go/runtime/host/protocol"
	"github.com/oasisprotocol/oasis-core/go/runtime/host/sandbox"
	"github.com/oasisprotocol/oasis-core/go/runtime/log"
	"github.com/oasisprotocol/oasis-core/go/storage/mkvs/node"
	"github.com/oasisprotocol/oasis-core/go/storage/mkvs/syncer"
)

const patience = 60 * time.Second

func check(err error) {
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
}

// guest is a runtime: it answers a few requests, and asks its host while it works on them.
type guest struct {
	conn protocol.Connection
	done chan struct{}
}

func (g *guest) Handle(ctx context.Context, rq *protocol.Body) (*protocol.Body, error) {
	switch {
	case rq.RuntimeInfoRequest != nil:
		return &protocol.Body{RuntimeInfoResponse: &protocol.RuntimeInfoResponse{
			ProtocolVersion: version.RuntimeHostProtocol,
			RuntimeVersion:  version.Version{Major: 1, Minor: 2, Patch: 3},
			Features: protocol.Features{
				ScheduleControl: &protocol.FeatureScheduleControl{InitialBatchSize: 7},
			},
		}}, nil
	case rq.RuntimePingRequest != nil:
		return &protocol.Body{Empty: &protocol.Empty{}}, nil
	case rq.RuntimeAbortRequest != nil:
		return &protocol.Body{RuntimeAbortResponse: &protocol.Empty{}}, nil
	case rq.RuntimeQueryRequest != nil:
		data, err := g.query(ctx, rq.RuntimeQueryRequest)
		if err != nil {
			return nil, err
		}
		return &protocol.Body{RuntimeQueryResponse: &protocol.RuntimeQueryResponse{Data: data}}, nil
	default:
		return nil, fmt.Errorf("method not supported")
	}
}

// ask puts a question to the host and gives the answer as text.
func (g *guest) ask(ctx context.Context, rq *protocol.Body) string {
	rsp, err := g.conn.Call(ctx, rq)
	if err != nil {
		return fmt.Sprintf("refused: %s", err)
	}
	return hex.EncodeToString(cbor.Marshal(rsp))
}

func (g *guest) query(ctx context.Context, rq *protocol.RuntimeQueryRequest) ([]byte, error) {
	var body protocol.Body
	switch rq.Method {
	case "get":
		body.HostLocalStorageGetRequest = &protocol.HostLocalStorageGetRequest{Key: rq.Args}
	case "set":
		body.HostLocalStorageSetRequest = &protocol.HostLocalStorageSetRequest{Key: rq.Args, Value: rq.Args}
	case "identity":
		body.HostIdentityRequest = &protocol.HostIdentityRequest{}
	case "block":
		body.HostFetchConsensusBlockRequest = &protocol.HostFetchConsensusBlockRequest{}
	case "state":
		var root node.Root
		root.Version = rq.Header.Round
		root.Type = node.RootTypeState
		root.Hash = rq.Header.StateRoot
		body.HostStorageSyncRequest = &protocol.HostStorageSyncRequest{
			SyncGet: &syncer.GetRequest{Tree: syncer.TreeID{Root: root, Position: root.Hash}, Key: rq.Args},
		}
	case "submit":
		body.HostSubmitTxRequest = &protocol.HostSubmitTxRequest{Data: rq.Args}
	case "die":
		os.Exit(5)
	default:
		return nil, fmt.Errorf("unknown query")
	}
	return []byte(g.ask(ctx, &body)), nil
}

func runGuest() {
	socket, err := net.Dial("unix", os.Getenv("OASIS_WORKER_HOST"))
	check(err)
	g := &guest{done: make(chan struct{})}
	g.conn, err = protocol.NewConnection(logging.GetLogger("guest"), common.Namespace{}, g)
	check(err)
	check(g.conn.InitGuest(socket))
	<-g.done
}

// refusing is a host that knows nothing.
type refusing struct{}

func (refusing) Handle(context.Context, *protocol.Body) (*protocol.Body, error) {
	return nil, fmt.Errorf("method not supported")
}

func (r refusing) NewSubHandler(*bundle.ExplodedComponent) (host.RuntimeHandler, error) {
	return r, nil
}

func (refusing) AttachRuntime(component.ID, host.Runtime) error {
	return nil
}

func runHost(dir, program string) {
	runtimeLog, err := log.NewLog(filepath.Join(dir, "runtime.log"), 1_000_000)
	check(err)
	provisioner, err := sandbox.NewProvisioner(sandbox.Config{
		HostInfo: &protocol.HostInfo{
			ConsensusBackend:         "tendermint",
			ConsensusProtocolVersion: version.ConsensusProtocol,
			ConsensusChainContext:    "00",
		},
		InsecureNoSandbox: true,
	})
	check(err)
	rt, err := provisioner.NewRuntime(host.Config{
		Component: &bundle.ExplodedComponent{
			Component: &bundle.Component{
				Kind: component.RONL,
				ELF:  &bundle.ELFMetadata{Executable: program},
			},
			ExplodedDataDir: dir,
		},
		MessageHandler: refusing{},
		Log:            runtimeLog,
	})
	check(err)
	events, sub := rt.WatchEvents()
	defer sub.Close()
	rt.Start()
	for ev := range events {
		if ev.Started != nil {
			fmt.Println("started", ev.Started.Version)
			break
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	askGuest(ctx, rt)
	rt.Stop()
	for ev := range events {
		if ev.Stopped != nil {
			fmt.Println("stopped")
			return
		}
	}
}

func askGuest(ctx context.Context, rt host.Runtime) {
	info, err := rt.GetInfo(ctx)
	check(err)
	fmt.Println("info", info.ProtocolVersion, info.Features.ScheduleControl.InitialBatchSize)
	_, err = rt.Call(ctx, &protocol.Body{RuntimePingRequest: &protocol.Empty{}})
	fmt.Println("ping", err)
	_, err = rt.Call(ctx, &protocol.Body{RuntimeShutdownRequest: &protocol.Empty{}})
	fmt.Println("shutdown", err)
	var rb block.Block
	rb.Header.StateRoot.Empty()
	lightBlock, err := hex.DecodeString(os.Args[4])
	check(err)
	lb := consensus.LightBlock{Height: 9, Meta: lightBlock}
	rich := host.NewRichRuntime(rt)
	data, err := rich.Query(ctx, &rb, &lb, 0, 0, "get", cbor.Marshal(map[string]string{"key": "a"}))
	fmt.Println("query", hex.EncodeToString(data), err)
	call := map[string]any{"sender": []byte("s"), "nonce": 0, "method": "get", "args": map[string]string{"key": "a"}}
	results, err := rich.CheckTx(ctx, &rb, &lb, 0, 0, [][]byte{cbor.Marshal(call), {0xff}})
	fmt.Println("check", len(results), err)
	results, err = rich.CheckTx(ctx, &rb, &lb, 0, 0, [][]byte{cbor.Marshal(call)})
	check(err)
	fmt.Println("check", len(results), results[0].IsSuccess())
	fmt.Println("sync", rich.ConsensusSync(ctx, 9))
	fmt.Println("abort", rt.Abort(ctx, false))
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "host" {
		runHost(os.Args[2], os.Args[3])
		return
	}
	runGuest()
}
