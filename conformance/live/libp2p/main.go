// Command libp2p is a peer of the runtime network: the reference's own p2p service, told what to
// do by lines, telling by lines what happened.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/multiformats/go-multiaddr"

	"github.com/oasisprotocol/oasis-core/go/common/cbor"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature/signers/memory"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/tuplehash"
	"github.com/oasisprotocol/oasis-core/go/common/errors"
	"github.com/oasisprotocol/oasis-core/go/common/identity"
	"github.com/oasisprotocol/oasis-core/go/config"
	"github.com/oasisprotocol/oasis-core/go/consensus/api"
	"github.com/oasisprotocol/oasis-core/go/consensus/p2p/light"
	"github.com/oasisprotocol/oasis-core/go/p2p"
	p2pAPI "github.com/oasisprotocol/oasis-core/go/p2p/api"
	p2pError "github.com/oasisprotocol/oasis-core/go/p2p/error"
	"github.com/oasisprotocol/oasis-core/go/p2p/rpc"
)

var sayMutex sync.Mutex

func say(format string, args ...any) {
	sayMutex.Lock()
	defer sayMutex.Unlock()
	fmt.Printf(format+"\n", args...)
}

func check(err error) {
	if err != nil {
		say("! %s", err)
		os.Exit(1)
	}
}

func freePort() uint16 {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// topicHandler refuses what says so and tells of everything else.
type topicHandler struct {
	topic string
	tries map[string]int
	mu    sync.Mutex
}

func (h *topicHandler) DecodeMessage(msg []byte) (any, error) {
	var v []byte
	if err := cbor.Unmarshal(msg, &v); err != nil {
		say("undecodable %s %x", h.topic, msg)
		return nil, err
	}
	return v, nil
}

func (h *topicHandler) AuthorizeMessage(_ context.Context, _ signature.PublicKey, _ any) error {
	return nil
}

func (h *topicHandler) HandleMessage(_ context.Context, from signature.PublicKey, msg any, isOwn bool) error {
	if isOwn {
		return nil
	}
	data := msg.([]byte)
	id := tuplehash.New256(32, []byte("oasis-core/p2p: message id"))
	_, _ = id.Write([]byte(h.topic))
	_, _ = id.Write(cbor.Marshal(data))
	text := data
	if len(text) > 64 {
		text = text[:64]
	}
	h.mu.Lock()
	h.tries[string(data)]++
	tries := h.tries[string(data)]
	h.mu.Unlock()
	say("heard %s %s %d %x %x", h.topic, from, len(data), text, id.Sum(nil))
	switch {
	case strings.HasPrefix(string(data), "refuse"):
		return p2pError.Permanent(fmt.Errorf("refused"))
	case strings.HasPrefix(string(data), "later") && tries < 2:
		return fmt.Errorf("later")
	}
	return nil
}

var errTired = errors.New("tired", 7, "tired: too tired for this")

// echo answers requests in each of the ways there are.
type echo struct{}

func (echo) HandleRequest(ctx context.Context, method string, body cbor.RawMessage) (any, error) {
	from, _ := rpc.PeerIDFromContext(ctx)
	say("asked %s %s %d", from, method, len(body))
	switch method {
	case "Echo":
		return body, nil
	case "Tired":
		return nil, errTired
	case "Nothing":
		return nil, nil
	case "Slow":
		time.Sleep(20 * time.Second)
		return nil, nil
	default:
		return nil, rpc.ErrMethodNotSupported
	}
}

// consensus knows as much as the light protocol asks for.
type consensus struct {
	api.Backend
}

func (consensus) GetLightBlock(_ context.Context, height int64) (*api.LightBlock, error) {
	if height < 1 {
		return nil, api.ErrVersionNotFound
	}
	return &api.LightBlock{Height: height, Meta: []byte("light block")}, nil
}

func (consensus) GetValidators(_ context.Context, height int64) (*api.Validators, error) {
	return &api.Validators{Height: height, Meta: []byte("validators")}, nil
}

func (consensus) GetParameters(_ context.Context, height int64) (*api.Parameters, error) {
	return &api.Parameters{Height: height, Meta: []byte("parameters")}, nil
}

func (consensus) SubmitEvidence(_ context.Context, evidence *api.Evidence) error {
	say("evidence %x", evidence.Meta)
	return nil
}

// testSigner has the entropy that the host asks every signer for.
type testSigner struct {
	signature.Signer
}

func (testSigner) StaticEntropy() ([]byte, error) {
	return make([]byte, 32), nil
}

func signerOf(name string) signature.Signer {
	return testSigner{memory.NewTestSigner(name)}
}

// callRaw shows the error that a peer answers, which the reference's own client keeps to itself.
func callRaw(service p2pAPI.Service, words []string) {
	id, err := peer.Decode(words[1])
	check(err)
	stream, err := service.Host().NewStream(context.Background(), id, protocol.ID(words[2]))
	if err != nil {
		say("unopened %s", strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	defer stream.Close()
	frame, err := hex.DecodeString(words[3])
	check(err)
	_, err = stream.Write(frame)
	check(err)
	_ = stream.CloseWrite()
	_ = stream.SetReadDeadline(time.Now().Add(8 * time.Second))
	var rsp rpc.Response
	if err = cbor.NewMessageCodec(stream, "live").Read(&rsp); err != nil {
		say("unanswered %s", err)
		return
	}
	if rsp.Error != nil {
		say("refused %s %d %s", rsp.Error.Module, rsp.Error.Code, rsp.Error.Message)
		return
	}
	say("answered %x", []byte(rsp.Ok))
}

func call(service p2pAPI.Service, words []string) {
	id, err := peer.Decode(words[1])
	check(err)
	body, err := hex.DecodeString(words[4])
	check(err)
	client := rpc.NewClient(service.Host(), protocol.ID(words[2]))
	var rsp cbor.RawMessage
	_, err = client.Call(context.Background(), id, words[3], cbor.RawMessage(body), &rsp)
	if err != nil {
		module, code := errors.Code(err)
		say("failed %s %d %s", module, code, err)
		return
	}
	say("answered %x", []byte(rsp))
}

func tell(service p2pAPI.Service, words []string) {
	ctx := context.Background()
	switch words[0] {
	case "dial":
		addr, err := multiaddr.NewMultiaddr(words[1])
		check(err)
		info, err := peer.AddrInfoFromP2pAddr(addr)
		check(err)
		if err = service.Host().Connect(ctx, *info); err != nil {
			say("undialled %s", strings.ReplaceAll(err.Error(), "\n", " "))
			return
		}
		conn := service.Host().Network().ConnsToPeer(info.ID)[0].ConnState()
		say("dialled %s %s", conn.Security, conn.StreamMultiplexer)
	case "hang-up":
		id, err := peer.Decode(words[1])
		check(err)
		_ = service.Host().Network().ClosePeer(id)
	case "topic":
		service.RegisterHandler(words[1], &topicHandler{topic: words[1], tries: map[string]int{}})
		say("joined %s", words[1])
	case "publish":
		data, err := hex.DecodeString(words[2])
		check(err)
		service.Publish(ctx, words[1], data)
	case "publish-raw":
		data, err := hex.DecodeString(words[2])
		check(err)
		service.Publish(ctx, words[1], cbor.RawMessage(data))
	case "serve":
		service.RegisterProtocolServer(rpc.NewServer(protocol.ID(words[1]), echo{}))
		say("serving %s", words[1])
	case "want":
		service.RegisterProtocol(protocol.ID(words[1]), 1, 2)
	case "serve-light":
		service.RegisterProtocolServer(light.NewServer(service, words[1], consensus{}))
		say("serving %s", light.ProtocolID(words[1]))
	case "call":
		go call(service, words)
	case "call-raw":
		go callRaw(service, words)
	case "protocols":
		id, err := peer.Decode(words[1])
		check(err)
		protocols, err := service.Host().Peerstore().GetProtocols(id)
		check(err)
		agent, _ := service.Host().Peerstore().Get(id, "AgentVersion")
		say("protocols %v %v", agent, protocols)
	case "status":
		s := service.GetStatus()
		say("status %d %v %v", s.NumPeers, s.Protocols, s.Topics)
	}
}

func configure(seeds []string) {
	config.GlobalConfig = config.DefaultConfig()
	config.GlobalConfig.P2P.Port = freePort()
	config.GlobalConfig.P2P.Seeds = seeds
	config.GlobalConfig.P2P.Discovery.Bootstrap.AllowPrivateIPs = true
	p2p.DebugForceAllowUnroutableAddresses()
}

func runSeed(signer signature.Signer) {
	config.GlobalConfig.Mode = config.ModeSeed
	var cfg p2p.SeedConfig
	check(cfg.Load())
	cfg.HostConfig.Signer = signer
	seed, err := cfg.NewSeed()
	check(err)
	check(seed.Start())
	listening(signer)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		say("peers %v", seed.Peers())
	}
}

func listening(signer signature.Signer) {
	id, err := p2pAPI.PublicKeyToPeerID(signer.Public())
	check(err)
	say("listening %s %s %s", signer.Public(), id, strconv.Itoa(int(config.GlobalConfig.P2P.Port)))
}

// Arguments: "peer" or "seed", the name of the key, the chain context, addresses of seeds.
func main() {
	configure(os.Args[4:])
	signer := signerOf(os.Args[2])
	if os.Args[1] == "seed" {
		runSeed(signer)
		return
	}
	service, err := p2p.New(&identity.Identity{P2PSigner: signer}, os.Args[3], nil)
	check(err)
	check(service.Start())
	listening(signer)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		tell(service, strings.Fields(in.Text()))
	}
}
