/** What agreement and its engine claim to do; see `claims.ts`. */

import type { Claim } from './claim.ts'

export const engineClaims: readonly Claim[] = [
  {
    area: 'Protocol buffers',
    does: 'schemas give encoder and decoder, to the byte and to the refusal as gogoproto',
    against: "gogoproto's wire format, properties",
    shownBy: ['packages/common/protobuf/src/codec.test.ts'],
  },
  {
    area: 'Blocks of CometBFT',
    does: 'headers, parts, commits, votes, evidence: bytes, hashes, sign-bytes, checks',
    against: 'every block and commit of the recorded chains; a block of the main network',
    shownBy: [
      'conformance/runners/engineBlocks.test.ts',
      'packages/consensus/tendermint/src/types/types.test.ts',
      'packages/consensus/tendermint/src/signBytes.test.ts',
      'packages/consensus/tendermint/src/basic/basic.test.ts',
      'packages/consensus/tendermint/src/blocks/parts.test.ts',
      'packages/consensus/tendermint/src/hashing/headerHash.test.ts',
      'packages/consensus/tendermint/src/chainState/chainState.test.ts',
      'packages/consensus/tendermint/src/commits/verifyCommit.test.ts',
    ],
  },
  {
    area: 'Blocks of CometBFT',
    does: 'the same bytes, hashes and verdicts as the reference on good and damaged messages',
    against: "the reference's fork of CometBFT, where a Go toolchain is present",
    shownBy: ['conformance/live/comet-types/slow-go.test.ts'],
  },
  {
    area: 'Validator sets',
    does: 'order, changes, and whose turn it is to propose',
    against: 'recorded chains, sequences of Go',
    shownBy: [
      'packages/consensus/tendermint/src/validators/validatorSet.test.ts',
      'conformance/runners/engineBlocks.test.ts',
    ],
  },
  {
    area: 'Agreement',
    does: 'rounds, locks, timeouts, catching up, as a pure machine; any order of messages, any third that lies',
    against: "steps of CometBFT's own state machine, networks under a seed, planted faults",
    shownBy: [
      'packages/consensus/tendermint/src/round/scenarios.test.ts',
      'packages/consensus/tendermint/src/round/network.test.ts',
      'packages/consensus/tendermint/src/round/goRounds.test.ts',
      'packages/consensus/tendermint/src/round/decidePrevote.test.ts',
      'packages/consensus/tendermint/src/round/decidePrecommit.test.ts',
      'packages/consensus/tendermint/src/round/voteSet.test.ts',
      'packages/consensus/tendermint/src/gossip/nextForPeer.test.ts',
    ],
  },
  {
    area: 'Light clients',
    does: 'adjacent and skipping verification, trust periods, attacks found and proven',
    against:
      'chains with real and stand-in signatures, liars; CometBFT 0.37.18, where a Go toolchain is present',
    shownBy: [
      'packages/consensus/tendermint/src/light/verifyLightBlock.test.ts',
      'packages/consensus/tendermint/src/light/lightClient.test.ts',
      'conformance/live/comet-light/slow-go.test.ts',
    ],
  },
  {
    area: 'Signing',
    does: 'nothing is signed twice, whatever crashes; the key files of the reference',
    against: "the reference's file, every torn write",
    shownBy: [
      'packages/consensus/tendermint/src/lastSign.test.ts',
      'packages/node/engine/src/signing/fileSigner.test.ts',
      'packages/node/engine/src/signing/keyFileSigner.test.ts',
    ],
  },
  {
    area: 'Write-ahead log and stores',
    does: 'any torn or lost write is made up for; a flipped byte is found and named',
    against: 'a disk that tears, forgets and fills up',
    shownBy: [
      'packages/node/engine/src/wal/wal.test.ts',
      'packages/node/engine/src/stores/diskBlockStore.test.ts',
      'packages/node/engine/src/stores/diskStateStore.test.ts',
    ],
  },
  {
    area: 'Mempool',
    does: 'transactions by priority, with bounds and recheck',
    against: 'a naive list',
    shownBy: [
      'packages/node/engine/src/mempool/mempool.test.ts',
      'packages/node/engine/src/mempool/mempoolReactor.test.ts',
    ],
  },
  {
    area: 'Evidence',
    does: 'verified, kept through crashes, told to others, put into blocks',
    against: 'crashes, forgeries',
    shownBy: [
      'packages/node/engine/src/evidence/evidencePool.test.ts',
      'packages/node/engine/src/evidence/evidenceReactor.test.ts',
    ],
  },
  {
    area: 'Block sync and state sync',
    does: 'a node fetches blocks, or a state and then blocks, from peers of whom one is honest',
    against: 'peers that lie, stall and leave',
    shownBy: [
      'packages/node/engine/src/blockSync/pool.test.ts',
      'packages/node/engine/src/blockSync/blockSyncReactor.test.ts',
      'packages/node/engine/src/stateSync/stateSyncReactor.test.ts',
    ],
  },
  {
    area: 'Metrics and log',
    does: 'what CometBFT counts of rounds, blocks, peers and transactions, by its names and labels',
    against: 'the declarations of CometBFT 0.37.18; whole heights, followed step by step',
    shownBy: [
      'packages/node/engine/src/metrics.test.ts',
      'packages/node/engine/src/consensus/roundObserver.test.ts',
      'packages/node/engine/src/execution/observedApplication.test.ts',
      'packages/net/comet-p2p/src/network/network.test.ts',
    ],
  },
  {
    area: 'Connections between nodes',
    does: 'secret connections, channels, node info, addresses, scores and bans',
    against: 'crafted bytes, floods, a suite for networks',
    shownBy: [
      'packages/net/comet-p2p/src/secret/secretConnection.test.ts',
      'packages/net/comet-p2p/src/mux/mux.test.ts',
      'packages/net/comet-p2p/src/handshake/handshake.test.ts',
      'packages/net/comet-p2p/src/network/network.test.ts',
      'packages/net/comet-p2p/src/network/badInput.test.ts',
      'packages/net/comet-p2p/src/network/compliance.test.ts',
      'packages/net/comet-p2p/src/pex/pexReactor.test.ts',
    ],
  },
  {
    area: 'Connections between nodes',
    does: "a peer of CometBFT's own network code, in both dialects of signatures",
    against: "CometBFT and the reference's fork, where a Go toolchain is present",
    shownBy: ['conformance/live/comet-p2p/slow-go.test.ts'],
  },
  {
    area: 'ABCI',
    does: 'an application of ours behind the socket of ABCI 0.37',
    against: 'messages of CometBFT, crafted bytes',
    shownBy: [
      'packages/net/abci/src/abciServer.test.ts',
      'packages/net/abci/src/messages/abciMessages.test.ts',
    ],
  },
  {
    area: 'CometBFT as the engine',
    does: 'four pairs of CometBFT and our application, killed and restarted',
    against: 'CometBFT 0.37.18, where a Go toolchain is present',
    shownBy: ['conformance/live/external-engine/slow-cometbft.test.ts'],
  },
  {
    area: 'Remote signers',
    does: 'a key in another process, over a socket or a secret TCP connection; keys of CometBFT',
    against: 'signers that lie, stall, answer late or twice; whole nodes',
    shownBy: [
      'packages/node/engine/src/signing/remoteSigner.test.ts',
      'packages/node/engine/src/signing/lateAnswers.test.ts',
      'packages/node/engine/src/signing/stockSigner.test.ts',
      'packages/node/compose/src/signerPort.test.ts',
    ],
  },
  {
    area: 'A node',
    does: 'starts, halts where it is to with its state in a file, begins from the state of others, says why it ends',
    against: 'real sockets and files',
    shownBy: [
      'packages/node/compose/src/createNode.test.ts',
      'apps/node/src/nodeOptions.test.ts',
      'apps/node/src/slow-main.test.ts',
    ],
  },
  {
    area: 'A node',
    does: 'four of them, each a process, agree on blocks with transactions, are killed and come back',
    against:
      'an observer who asks all of them; nobody signs twice (at random, 200 times: soak-killNode.ts)',
    shownBy: [
      'conformance/live/real-nodes/slow-fourNodes.test.ts',
      'conformance/live/real-nodes/signedOnce.test.ts',
    ],
  },
  {
    area: 'Fellow validators',
    does: 'two of our nodes and two of CometBFT validate one chain, are killed, and punish who signs twice',
    against: 'CometBFT 0.37.18, where a Go toolchain is present',
    shownBy: ['conformance/live/fellow-validator/slow-cometbft.test.ts'],
  },
  {
    area: 'Simulator',
    does: 'whole networks under a seed, with byzantine validators, bad weather and bad disks, the same each time',
    against: 'eleven checkers, each of seven seeded bugs found by its own',
    shownBy: [
      'sim/src/run/slow-simulation.test.ts',
      'sim/src/checkers/checkers.test.ts',
      'sim/src/plan/createPlan.test.ts',
      'sim/src/world/virtualTime.test.ts',
    ],
  },
  {
    area: 'Simulator',
    does: 'ParaTimes under a seed, with byzantine executors and key managers: the workers of production on simulated nodes',
    against:
      'nineteen checkers, each of 34 seeded bugs found by its own; open and closed ParaTimes',
    shownBy: [
      'sim/src/paratimes/run/slow-paratimeSimulation.test.ts',
      'sim/src/paratimes/run/slow-closedParatimes.test.ts',
      'sim/src/paratimes/plan/createParatimePlan.test.ts',
      'sim/src/paratimes/checkers/secrets.test.ts',
    ],
  },
]
