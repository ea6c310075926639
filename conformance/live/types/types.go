package main

import (
	beacon "github.com/oasisprotocol/oasis-core/go/beacon/api"
	"github.com/oasisprotocol/oasis-core/go/common"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/hash"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature"
	"github.com/oasisprotocol/oasis-core/go/common/entity"
	"github.com/oasisprotocol/oasis-core/go/common/node"
	"github.com/oasisprotocol/oasis-core/go/common/quantity"
	"github.com/oasisprotocol/oasis-core/go/common/sgx"
	"github.com/oasisprotocol/oasis-core/go/common/version"
	consensus "github.com/oasisprotocol/oasis-core/go/consensus/api"
	"github.com/oasisprotocol/oasis-core/go/consensus/api/transaction"
	consensusGenesis "github.com/oasisprotocol/oasis-core/go/consensus/genesis"
	control "github.com/oasisprotocol/oasis-core/go/control/api"
	genesis "github.com/oasisprotocol/oasis-core/go/genesis/api"
	governance "github.com/oasisprotocol/oasis-core/go/governance/api"
	churp "github.com/oasisprotocol/oasis-core/go/keymanager/churp"
	secrets "github.com/oasisprotocol/oasis-core/go/keymanager/secrets"
	registry "github.com/oasisprotocol/oasis-core/go/registry/api"
	roothash "github.com/oasisprotocol/oasis-core/go/roothash/api"
	"github.com/oasisprotocol/oasis-core/go/roothash/api/block"
	"github.com/oasisprotocol/oasis-core/go/roothash/api/commitment"
	"github.com/oasisprotocol/oasis-core/go/roothash/api/message"
	scheduler "github.com/oasisprotocol/oasis-core/go/scheduler/api"
	staking "github.com/oasisprotocol/oasis-core/go/staking/api"
	upgrade "github.com/oasisprotocol/oasis-core/go/upgrade/api"
	vault "github.com/oasisprotocol/oasis-core/go/vault/api"
	committeeWorker "github.com/oasisprotocol/oasis-core/go/worker/common/api"
	keymanagerWorker "github.com/oasisprotocol/oasis-core/go/worker/keymanager/api"
)

type validators = map[signature.PublicKey]*scheduler.Validator

// types are the types that have a schema in this repository, under the name that they have there.
var types = map[string]any{
	"primitives.Quantity":                       quantity.Quantity{},
	"primitives.Version":                        version.Version{},
	"primitives.ProtocolVersions":               version.ProtocolVersions{},
	"primitives.EnclaveIdentity":                sgx.EnclaveIdentity{},
	"primitives.Hash":                           hash.Hash{},
	"primitives.PublicKey":                      signature.PublicKey{},
	"primitives.Namespace":                      common.Namespace{},
	"primitives.Address":                        staking.Address{},
	"primitives.Entity":                         entity.Entity{},
	"primitives.Node":                           node.Node{},
	"primitives.Signed":                         signature.Signed{},
	"primitives.MultiSigned":                    signature.MultiSigned{},
	"primitives.Transaction":                    transaction.Transaction{},
	"primitives.Proof":                          signature.Proof{},
	"primitives.NodeAddress":                    node.Address{},
	"primitives.ConsensusAddress":               node.ConsensusAddress{},
	"beacon.EpochTimeState":                     beacon.EpochTimeState{},
	"beacon.VrfState":                           beacon.VRFState{},
	"beacon.Parameters":                         beacon.ConsensusParameters{},
	"beacon.Genesis":                            beacon.Genesis{},
	"beacon.VrfProve":                           beacon.VRFProve{},
	"beacon.EpochEvent":                         beacon.EpochEvent{},
	"beacon.BeaconEvent":                        beacon.BeaconEvent{},
	"beacon.VrfEvent":                           beacon.VRFEvent{},
	"control.ComponentStatus":                   control.ComponentStatus{},
	"control.CommitteeStatus":                   committeeWorker.Status{},
	"control.RuntimeStatus":                     control.RuntimeStatus{},
	"control.MasterSecretStats":                 keymanagerWorker.MasterSecretStats{},
	"control.EphemeralSecretStats":              keymanagerWorker.EphemeralSecretStats{},
	"control.ChurpKeeperStatus":                 keymanagerWorker.ChurpStatus{},
	"staking.Account":                           staking.Account{},
	"staking.Delegation":                        staking.Delegation{},
	"staking.DebondingDelegation":               staking.DebondingDelegation{},
	"staking.Parameters":                        staking.ConsensusParameters{},
	"staking.Genesis":                           staking.Genesis{},
	"staking.Transfer":                          staking.Transfer{},
	"staking.Burn":                              staking.Burn{},
	"staking.AddEscrow":                         staking.Escrow{},
	"staking.ReclaimEscrow":                     staking.ReclaimEscrow{},
	"staking.AmendCommissionSchedule":           staking.AmendCommissionSchedule{},
	"staking.Allow":                             staking.Allow{},
	"staking.Withdraw":                          staking.Withdraw{},
	"staking.TransferResult":                    staking.TransferResult{},
	"staking.AddEscrowResult":                   staking.AddEscrowResult{},
	"staking.ReclaimEscrowResult":               staking.ReclaimEscrowResult{},
	"staking.WithdrawResult":                    staking.WithdrawResult{},
	"staking.Event":                             staking.Event{},
	"staking.ParameterChanges":                  staking.ConsensusParameterChanges{},
	"staking.TransferEvent":                     staking.TransferEvent{},
	"staking.BurnEvent":                         staking.BurnEvent{},
	"staking.AddEscrowEvent":                    staking.AddEscrowEvent{},
	"staking.TakeEscrowEvent":                   staking.TakeEscrowEvent{},
	"staking.DebondingStartEvent":               staking.DebondingStartEscrowEvent{},
	"staking.ReclaimEscrowEvent":                staking.ReclaimEscrowEvent{},
	"staking.AllowanceChangeEvent":              staking.AllowanceChangeEvent{},
	"registry.Runtime":                          registry.Runtime{},
	"registry.NodeStatus":                       registry.NodeStatus{},
	"registry.Parameters":                       registry.ConsensusParameters{},
	"registry.Genesis":                          registry.Genesis{},
	"registry.UnfreezeNode":                     registry.UnfreezeNode{},
	"registry.Event":                            registry.Event{},
	"registry.ParameterChanges":                 registry.ConsensusParameterChanges{},
	"registry.ProveFreshness":                   [32]byte{},
	"registry.SgxConstraints":                   node.SGXConstraints{},
	"registry.SgxAttestation":                   node.SGXAttestation{},
	"scheduler.Committee":                       scheduler.Committee{},
	"scheduler.Validator":                       scheduler.Validator{},
	"scheduler.Validators":                      validators{},
	"scheduler.Parameters":                      scheduler.ConsensusParameters{},
	"scheduler.Genesis":                         scheduler.Genesis{},
	"scheduler.ElectedEvent":                    scheduler.ElectedEvent{},
	"scheduler.ParameterChanges":                scheduler.ConsensusParameterChanges{},
	"governance.Proposal":                       governance.Proposal{},
	"governance.Parameters":                     governance.ConsensusParameters{},
	"governance.Genesis":                        governance.Genesis{},
	"governance.CastVote":                       governance.ProposalVote{},
	"governance.ProposalContent":                governance.ProposalContent{},
	"governance.Event":                          governance.Event{},
	"governance.ParameterChanges":               governance.ConsensusParameterChanges{},
	"vault.Vault":                               vault.Vault{},
	"vault.AddressState":                        vault.AddressState{},
	"vault.PendingAction":                       vault.PendingAction{},
	"vault.Parameters":                          vault.ConsensusParameters{},
	"vault.Genesis":                             vault.Genesis{},
	"vault.Create":                              vault.Create{},
	"vault.AuthorizeAction":                     vault.AuthorizeAction{},
	"vault.CancelAction":                        vault.CancelAction{},
	"vault.Event":                               vault.Event{},
	"vault.ParameterChanges":                    vault.ConsensusParameterChanges{},
	"keymanager.Status":                         secrets.Status{},
	"keymanager.SignedPolicySgx":                secrets.SignedPolicySGX{},
	"keymanager.SignedEncryptedMasterSecret":    secrets.SignedEncryptedMasterSecret{},
	"keymanager.SignedEncryptedEphemeralSecret": secrets.SignedEncryptedEphemeralSecret{},
	"keymanager.SignedInitResponse":             secrets.SignedInitResponse{},
	"keymanager.StatusUpdateEvent":              secrets.StatusUpdateEvent{},
	"keymanager.MasterSecretEvent":              secrets.MasterSecretPublishedEvent{},
	"keymanager.EphemeralSecretEvent":           secrets.EphemeralSecretPublishedEvent{},
	"churp.Status":                              churp.Status{},
	"churp.Create":                              churp.CreateRequest{},
	"churp.Update":                              churp.UpdateRequest{},
	"churp.SignedApplicationRequest":            churp.SignedApplicationRequest{},
	"churp.SignedConfirmationRequest":           churp.SignedConfirmationRequest{},
	"churp.StatusEvent":                         churp.CreateEvent{},
	"churp.Genesis":                             churp.Genesis{},
	"roothash.RuntimeState":                     roothash.RuntimeState{},
	"roothash.RoundResults":                     roothash.RoundResults{},
	"roothash.Parameters":                       roothash.ConsensusParameters{},
	"roothash.Genesis":                          roothash.Genesis{},
	"roothash.ExecutorCommit":                   roothash.ExecutorCommit{},
	"roothash.Evidence":                         roothash.Evidence{},
	"roothash.SubmitMsg":                        roothash.SubmitMsg{},
	"roothash.Event":                            roothash.Event{},
	"roothash.ParameterChanges":                 roothash.ConsensusParameterChanges{},
	"roothash.RoundRoots":                       roothash.RoundRoots{},
	"roothash.Header":                           block.Header{},
	"roothash.Message":                          message.Message{},
	"roothash.IncomingMessage":                  message.IncomingMessage{},
	"roothash.IncomingMessageQueueMeta":         message.IncomingMessageQueueMeta{},
	"roothash.ComputeResultsHeader":             commitment.ComputeResultsHeader{},
	"roothash.ExecutorCommitment":               commitment.ExecutorCommitment{},
	"roothash.CommitmentPool":                   commitment.Pool{},
	"consensus.Parameters":                      consensusGenesis.Parameters{},
	"consensus.BlockMetadata":                   consensus.BlockMetadata{},
	"upgrade.UpgradeDescriptor":                 upgrade.Descriptor{},
	"genesis.GenesisDocument":                   genesis.Document{},
}
