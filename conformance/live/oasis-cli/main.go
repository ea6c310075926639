// Makes every call that the oasis command line makes of a node, through the very clients that it
// uses, and prints a line of JSON for each: the command, the call, and the answer or the refusal.
//
//	calls consensus <target> <seed of an account in hex> <address of somebody else>
//	calls paratime <target>
package main

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	beacon "github.com/oasisprotocol/oasis-core/go/beacon/api"
	"github.com/oasisprotocol/oasis-core/go/common"
	"github.com/oasisprotocol/oasis-core/go/common/cbor"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature/signers/memory"
	"github.com/oasisprotocol/oasis-core/go/common/errors"
	cmnGrpc "github.com/oasisprotocol/oasis-core/go/common/grpc"
	"github.com/oasisprotocol/oasis-core/go/common/quantity"
	consensus "github.com/oasisprotocol/oasis-core/go/consensus/api"
	"github.com/oasisprotocol/oasis-core/go/consensus/api/transaction"
	control "github.com/oasisprotocol/oasis-core/go/control/api"
	governance "github.com/oasisprotocol/oasis-core/go/governance/api"
	registry "github.com/oasisprotocol/oasis-core/go/registry/api"
	roothash "github.com/oasisprotocol/oasis-core/go/roothash/api"
	runtime "github.com/oasisprotocol/oasis-core/go/runtime/client/api"
	staking "github.com/oasisprotocol/oasis-core/go/staking/api"
)

// rounds is what the command line takes for the last round.
const rounds = runtime.RoundLatest

type line struct {
	Command string `json:"command"`
	Call    string `json:"call"`
	Value   any    `json:"value,omitempty"`
	Refusal string `json:"refusal,omitempty"`
}

// caller makes the calls of one command after the other.
type caller struct {
	ctx     context.Context
	command string
	height  int64

	services consensus.Services
	control  control.NodeController
	runtime  runtime.RuntimeClient

	signer signature.Signer
	self   staking.Address
	other  staking.Address
	// validator is whose stake grows by delegations.
	validator staking.Address
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// tell prints what became of a call, and gives its answer.
func tell[T any](c *caller, call string, value T, err error) T {
	told := line{Command: c.command, Call: call, Value: value}
	if err != nil {
		module, code := errors.Code(err)
		told.Value, told.Refusal = nil, fmt.Sprintf("%s/%d %s", module, code, err)
	}
	text, err := json.Marshal(told)
	must(err)
	fmt.Println(string(text))
	return value
}

func (c *caller) submit(method transaction.MethodName, body any) error {
	query := &staking.OwnerQuery{Height: consensus.HeightLatest, Owner: c.self}
	account, err := c.services.Staking().Account(c.ctx, query)
	tell(c, "Staking/Account", account, err)
	must(err)
	tx := transaction.NewTransaction(account.General.Nonce, nil, method, body)
	gas, err := c.services.Core().EstimateGas(c.ctx, &consensus.EstimateGasRequest{
		Signer:      c.signer.Public(),
		Transaction: tx,
	})
	tell(c, "Consensus/EstimateGas", gas, err)
	tx.Fee = &transaction.Fee{Gas: gas}
	signed, err := transaction.Sign(c.signer, tx)
	must(err)
	err = c.services.Core().SubmitTx(c.ctx, signed)
	tell(c, "Consensus/SubmitTx", signed.Hash().Hex(), err)
	return err
}

func (c *caller) networkStatus() {
	c.command = "network status"
	chain, err := c.services.Core().GetChainContext(c.ctx)
	tell(c, "Consensus/GetChainContext", chain, err)
	signature.SetChainContext(chain)
	status, err := c.control.GetStatus(c.ctx)
	tell(c, "NodeController/GetStatus", status, err)
	ready, err := c.control.IsReady(c.ctx)
	tell(c, "NodeController/IsReady", ready, err)
	tell(c, "NodeController/WaitReady", true, c.control.WaitReady(c.ctx))
}

func (c *caller) networkShow() {
	c.command = "network show"
	block, err := c.services.Core().GetBlock(c.ctx, consensus.HeightLatest)
	tell(c, "Consensus/GetBlock", block, err)
	c.height = block.Height

	r := c.services.Registry()
	entities, err := r.GetEntities(c.ctx, c.height)
	tell(c, "Registry/GetEntities", entities, err)
	nodes, err := r.GetNodes(c.ctx, c.height)
	tell(c, "Registry/GetNodes", nodes, err)
	entity, err := r.GetEntity(c.ctx, &registry.IDQuery{Height: c.height, ID: entities[0].ID})
	tell(c, "Registry/GetEntity", entity, err)
	nodeQuery := &registry.IDQuery{Height: c.height, ID: nodes[0].ID}
	node, err := r.GetNode(c.ctx, nodeQuery)
	tell(c, "Registry/GetNode", node, err)
	nodeStatus, err := r.GetNodeStatus(c.ctx, nodeQuery)
	tell(c, "Registry/GetNodeStatus", nodeStatus, err)
	_, err = r.GetEntity(c.ctx, nodeQuery)
	tell(c, "Registry/GetEntity of a node", "", err)
	runtimes, err := r.GetRuntimes(c.ctx, &registry.GetRuntimesQuery{Height: c.height, IncludeSuspended: true})
	tell(c, "Registry/GetRuntimes", runtimes, err)
	rt, err := r.GetRuntime(c.ctx, &registry.GetRuntimeQuery{Height: c.height, ID: nowhere()})
	tell(c, "Registry/GetRuntime", rt, err)
	validators, err := c.services.Scheduler().GetValidators(c.ctx, c.height)
	tell(c, "Scheduler/GetValidators", validators, err)
	c.validator = staking.NewAddress(validators[0].EntityID)
	epoch, err := c.services.Beacon().GetEpoch(c.ctx, c.height)
	tell(c, "Beacon/GetEpoch", epoch, err)
	_, err = c.services.Beacon().GetEpochBlock(c.ctx, epoch+beacon.EpochTime(1_000_000))
	tell(c, "Beacon/GetEpochBlock to come", "", err)
	c.token()
	c.parameters()
}

func (c *caller) token() {
	s := c.services.Staking()
	symbol, err := s.TokenSymbol(c.ctx, c.height)
	tell(c, "Staking/TokenSymbol", symbol, err)
	exponent, err := s.TokenValueExponent(c.ctx, c.height)
	tell(c, "Staking/TokenValueExponent", exponent, err)
	supply, err := s.TotalSupply(c.ctx, c.height)
	tell(c, "Staking/TotalSupply", supply, err)
	pool, err := s.CommonPool(c.ctx, c.height)
	tell(c, "Staking/CommonPool", pool, err)
	fees, err := s.LastBlockFees(c.ctx, c.height)
	tell(c, "Staking/LastBlockFees", fees, err)
	deposits, err := s.GovernanceDeposits(c.ctx, c.height)
	tell(c, "Staking/GovernanceDeposits", deposits, err)
	for kind := staking.KindEntity; kind <= staking.KindKeyManagerChurp; kind++ {
		threshold, err := s.Threshold(c.ctx, &staking.ThresholdQuery{Height: c.height, Kind: kind})
		tell(c, "Staking/Threshold", threshold, err)
	}
}

func (c *caller) parameters() {
	core, err := c.services.Core().GetParameters(c.ctx, c.height)
	tell(c, "Consensus/GetParameters", core, err)
	own := map[string]func() (any, error){
		"Registry":         func() (any, error) { return c.services.Registry().ConsensusParameters(c.ctx, c.height) },
		"RootHash":         func() (any, error) { return c.services.RootHash().ConsensusParameters(c.ctx, c.height) },
		"Staking":          func() (any, error) { return c.services.Staking().ConsensusParameters(c.ctx, c.height) },
		"Scheduler":        func() (any, error) { return c.services.Scheduler().ConsensusParameters(c.ctx, c.height) },
		"Beacon":           func() (any, error) { return c.services.Beacon().ConsensusParameters(c.ctx, c.height) },
		"Governance":       func() (any, error) { return c.services.Governance().ConsensusParameters(c.ctx, c.height) },
		"KeyManager.Churp": func() (any, error) { return c.services.KeyManager().Churp().ConsensusParameters(c.ctx, c.height) },
		"Vault":            func() (any, error) { return c.services.Vault().ConsensusParameters(c.ctx, c.height) },
	}
	for name, ask := range own {
		answer, err := ask()
		tell(c, name+"/ConsensusParameters", answer, err)
	}
}

func (c *caller) networkTrust() {
	c.command = "network trust"
	for _, height := range []int64{1, c.height} {
		block, err := c.services.Core().GetBlock(c.ctx, height)
		tell(c, "Consensus/GetBlock", block, err)
	}
	_, err := c.services.Core().GetBlock(c.ctx, c.height+1_000_000)
	tell(c, "Consensus/GetBlock to come", "", err)
}

func (c *caller) accountShow() {
	c.command = "account show"
	s := c.services.Staking()
	query := &staking.OwnerQuery{Height: consensus.HeightLatest, Owner: c.self}
	account, err := s.Account(c.ctx, query)
	tell(c, "Staking/Account", account, err)
	active, err := s.DelegationInfosFor(c.ctx, query)
	tell(c, "Staking/DelegationInfosFor", active, err)
	debonding, err := s.DebondingDelegationInfosFor(c.ctx, query)
	tell(c, "Staking/DebondingDelegationInfosFor", debonding, err)
	query.Owner = c.validator
	to, err := s.DelegationsTo(c.ctx, query)
	tell(c, "Staking/DelegationsTo", to, err)
	debondingTo, err := s.DebondingDelegationsTo(c.ctx, query)
	tell(c, "Staking/DebondingDelegationsTo", debondingTo, err)
}

func (c *caller) transactions() {
	amount := *quantity.NewFromUint64(1_000)
	for _, tx := range []struct {
		command string
		method  transaction.MethodName
		body    any
	}{
		{"account transfer", staking.MethodTransfer, &staking.Transfer{To: c.other, Amount: amount}},
		{"account burn", staking.MethodBurn, &staking.Burn{Amount: amount}},
		{"account delegate", staking.MethodAddEscrow, &staking.Escrow{Account: c.validator, Amount: amount}},
		{"account undelegate", staking.MethodReclaimEscrow, &staking.ReclaimEscrow{Account: c.validator, Shares: *quantity.NewFromUint64(400)}},
		{"account allow", staking.MethodAllow, &staking.Allow{Beneficiary: c.other, AmountChange: amount}},
	} {
		c.command = tx.command
		must(c.submit(tx.method, tx.body))
	}
	c.command = "account transfer of too much"
	much := quantity.NewFromUint64(1 << 60)
	if c.submit(staking.MethodTransfer, &staking.Transfer{To: c.other, Amount: *much}) == nil {
		panic("nobody has so much")
	}
}

func (c *caller) governance() {
	c.command = "network governance"
	none := &governance.ProposalQuery{Height: consensus.HeightLatest, ProposalID: 77}
	_, err := c.services.Governance().Proposal(c.ctx, none)
	tell(c, "Governance/Proposal that is not there", "", err)
	changes := governance.ChangeParametersProposal{
		Module:  staking.ModuleName,
		Changes: cbor.Marshal(staking.ConsensusParameterChanges{MinTransferAmount: quantity.NewFromUint64(7)}),
	}
	must(c.submit(governance.MethodSubmitProposal, &governance.ProposalContent{
		Metadata:         &governance.ProposalMetadata{Title: "No tiny transfers"},
		ChangeParameters: &changes,
	}))
	proposals, err := c.services.Governance().Proposals(c.ctx, consensus.HeightLatest)
	tell(c, "Governance/Proposals", proposals, err)
	must(c.submit(governance.MethodCastVote, &governance.ProposalVote{ID: proposals[len(proposals)-1].ID, Vote: governance.VoteYes}))
	query := &governance.ProposalQuery{Height: consensus.HeightLatest, ProposalID: proposals[len(proposals)-1].ID}
	proposal, err := c.services.Governance().Proposal(c.ctx, query)
	tell(c, "Governance/Proposal", proposal, err)
	votes, err := c.services.Governance().Votes(c.ctx, query)
	tell(c, "Governance/Votes", votes, err)
}

// nowhere is the name of a runtime that there is not.
func nowhere() common.Namespace {
	var id common.Namespace
	id[0], id[31] = 0x80, 0x77
	return id
}

func (c *caller) paratime() {
	c.command = "paratime"
	id, ctx := nowhere(), c.ctx
	request := &roothash.RuntimeRequest{RuntimeID: id, Height: consensus.HeightLatest}
	state, err := c.services.RootHash().GetRuntimeState(ctx, request)
	tell(c, "RootHash/GetRuntimeState", state, err)
	results, err := c.services.RootHash().GetLastRoundResults(ctx, request)
	tell(c, "RootHash/GetLastRoundResults", results, err)
	told, err := c.services.RootHash().GetEvents(ctx, c.height)
	tell(c, "RootHash/GetEvents", told, err)

	block, err := c.runtime.GetBlock(ctx, &runtime.GetBlockRequest{RuntimeID: id, Round: rounds})
	tell(c, "RuntimeClient/GetBlock", block, err)
	genesis, err := c.runtime.GetGenesisBlock(ctx, id)
	tell(c, "RuntimeClient/GetGenesisBlock", genesis, err)
	txs, err := c.runtime.GetTransactionsWithResults(ctx, &runtime.GetTransactionsRequest{RuntimeID: id, Round: rounds})
	tell(c, "RuntimeClient/GetTransactionsWithResults", txs, err)
	events, err := c.runtime.GetEvents(ctx, &runtime.GetEventsRequest{RuntimeID: id, Round: rounds})
	tell(c, "RuntimeClient/GetEvents", events, err)
	answer, err := c.runtime.Query(ctx, &runtime.QueryRequest{RuntimeID: id, Round: rounds, Method: "core.MinGasPrice"})
	tell(c, "RuntimeClient/Query", answer, err)
	sent, err := c.runtime.SubmitTxMeta(ctx, &runtime.SubmitTxRequest{RuntimeID: id, Data: []byte{0xf6}})
	tell(c, "RuntimeClient/SubmitTxMeta", sent, err)
	tell(c, "RuntimeClient/SubmitTxNoWait", "", c.runtime.SubmitTxNoWait(ctx, &runtime.SubmitTxRequest{RuntimeID: id}))
	blocks, subscription, err := c.runtime.WatchBlocks(ctx, id)
	if err == nil {
		defer subscription.Close()
		_, isThere := <-blocks
		tell(c, "RuntimeClient/WatchBlocks", isThere, nil)
	} else {
		tell(c, "RuntimeClient/WatchBlocks", "", err)
	}
}

func connect(ctx context.Context, target string) *caller {
	conn, err := cmnGrpc.Dial(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	return &caller{
		ctx:      ctx,
		services: consensus.NewServicesClient(conn),
		control:  control.NewNodeControllerClient(conn),
		runtime:  runtime.NewClient(conn),
	}
}

func (c *caller) consensus(seedText, otherText string) {
	seed, err := hex.DecodeString(seedText)
	must(err)
	signature.UnsafeResetChainContext()
	c.signer = memory.NewFromRuntime(ed25519.NewKeyFromSeed(seed))
	c.self = staking.NewAddress(c.signer.Public())
	must(c.other.UnmarshalText([]byte(otherText)))
	c.networkStatus()
	c.networkShow()
	c.networkTrust()
	c.transactions()
	c.accountShow()
	c.governance()
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := connect(ctx, os.Args[2])
	switch os.Args[1] {
	case "consensus":
		c.consensus(os.Args[3], os.Args[4])
	case "paratime":
		c.paratime()
	}
}
