// Command comet-p2p is a peer made of CometBFT's own p2p packages.
//
//	peer <chain>      listens on a free port of the loopback interface and speaks on channel 0x77;
//	                  each message comes back to who sent it
//	book <path>       reads an address book, moves the first address to the old ones, writes it
//	addresses         says of each line's address whether it is valid, routable, local
//
// A peer takes commands from its standard input, one a line:
//
//	dial <id@host:port>   becomes a peer of that node
//	send <size>           sends so many bytes to all peers
//
// and tells on its standard output, one a line, what happens: "listening <id@host:port>",
// "added <id>", "removed <id>", "received <size> <sha256>", "failed <why>".
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"

	gogotypes "github.com/cosmos/gogoproto/types"

	"github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
	"github.com/cometbft/cometbft/p2p/pex"
	"github.com/cometbft/cometbft/version"
)

const (
	channel         = byte(0x77)
	messageBytesMax = 10_000_000
)

var tellMutex sync.Mutex

func tell(format string, args ...any) {
	tellMutex.Lock()
	defer tellMutex.Unlock()
	fmt.Printf(format+"\n", args...)
}

func must(err error) {
	if err != nil {
		tell("failed %s", err)
		os.Exit(1)
	}
}

// echo sends back what it is told, once: what begins with a zero byte is an answer.
type echo struct {
	p2p.BaseReactor
}

func newEcho() *echo {
	e := &echo{}
	e.BaseReactor = *p2p.NewBaseReactor("echo", e)
	return e
}

func (e *echo) GetChannels() []*conn.ChannelDescriptor {
	return []*conn.ChannelDescriptor{{
		ID:                  channel,
		Priority:            5,
		SendQueueCapacity:   10,
		RecvMessageCapacity: messageBytesMax,
		MessageType:         &gogotypes.BytesValue{},
	}}
}

func (e *echo) AddPeer(peer p2p.Peer)           { tell("added %s", peer.ID()) }
func (e *echo) RemovePeer(peer p2p.Peer, _ any) { tell("removed %s", peer.ID()) }
func (e *echo) ReceiveEnvelope(envelope p2p.Envelope) {
	value := envelope.Message.(*gogotypes.BytesValue).Value
	tell("received %d %x", len(value), sha256.Sum256(value))
	if len(value) > 0 && value[0] == 0 {
		return
	}
	answer := bytes.Clone(value)
	if len(answer) > 0 {
		answer[0] = 0
	}
	envelope.Src.SendEnvelope(p2p.Envelope{
		ChannelID: channel,
		Message:   &gogotypes.BytesValue{Value: answer},
	})
}

// freePort is one that nobody listens on.
func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func runPeer(chain string) {
	listenAddr := fmt.Sprintf("127.0.0.1:%d", freePort())
	key := p2p.NodeKey{PrivKey: ed25519.GenPrivKey()}
	info := p2p.DefaultNodeInfo{
		ProtocolVersion: p2p.NewProtocolVersion(version.P2PProtocol, version.BlockProtocol, 1),
		DefaultNodeID:   key.ID(),
		ListenAddr:      listenAddr,
		Network:         chain,
		Version:         version.TMCoreSemVer,
		Channels:        []byte{channel},
		Moniker:         "go",
	}
	settings := config.DefaultP2PConfig()
	settings.AllowDuplicateIP = true
	settings.AddrBookStrict = false
	transport := p2p.NewMultiplexTransport(info, key, p2p.MConnConfig(settings))
	address, err := p2p.NewNetAddressString(p2p.IDAddressString(key.ID(), listenAddr))
	must(err)
	must(transport.Listen(*address))
	network := p2p.NewSwitch(settings, transport)
	network.SetLogger(log.NewNopLogger())
	network.AddReactor("echo", newEcho())
	network.SetNodeInfo(info)
	network.SetNodeKey(&key)
	must(network.Start())
	tell("listening %s@%s", key.ID(), listenAddr)

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		command, argument, _ := strings.Cut(lines.Text(), " ")
		switch command {
		case "dial":
			peer, err := p2p.NewNetAddressString(argument)
			must(err)
			if err := network.DialPeerWithAddress(peer); err != nil {
				tell("failed %s", err)
			}
		case "send":
			var size int
			_, err := fmt.Sscan(argument, &size)
			must(err)
			network.BroadcastEnvelope(p2p.Envelope{
				ChannelID: channel,
				Message:   &gogotypes.BytesValue{Value: bytes.Repeat([]byte{7}, size)},
			})
		default:
			must(fmt.Errorf("no command %q", command))
		}
	}
	must(network.Stop())
}

func runBook(path string) {
	book := pex.NewAddrBook(path, true)
	must(book.Start())
	for _, address := range book.GetSelection() {
		tell("address %s", address)
	}
	if picked := book.PickAddress(50); picked != nil {
		book.MarkGood(picked.ID)
		tell("good %s", picked)
	}
	tell("size %d", book.Size())
	book.Save()
}

func runAddresses() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		address, err := p2p.NewNetAddressString(lines.Text())
		if err != nil {
			tell("!")
			continue
		}
		tell("%s %t %t %t", address, address.Valid() == nil, address.Routable(), address.Local())
	}
}

func main() {
	switch os.Args[1] {
	case "peer":
		runPeer(os.Args[2])
	case "book":
		runBook(os.Args[2])
	case "addresses":
		runAddresses()
	}
}
