/** What the runtime layer and the ParaTimes claim to do, as packages; see `claims.ts`. */

import type { Claim } from './claim.ts'

export const runtimeClaims: readonly Claim[] = [
  {
    area: 'Network of runtimes',
    does: 'gossip, questions between nodes, peers, seeds and light blocks over libp2p',
    against: "the reference's own p2p service, where a Go toolchain is present; hostile hosts",
    shownBy: [
      'conformance/live/libp2p/slow-go.test.ts',
      'packages/net/libp2p/src/slow-network.test.ts',
      'packages/net/libp2p/src/badInput.test.ts',
    ],
  },
  {
    area: 'Peers of nodes',
    does: 'nodes know each other by registry, seeds and book; light blocks of peers prove states that are taken, and answers of clients that keep none',
    against: "networks of ours; networks of the reference's program and ours, where it is",
    shownBy: [
      'packages/node/compose/src/p2p/openNodeP2p.test.ts',
      'packages/node/compose/src/p2p/peerTable.test.ts',
      'packages/node/compose/src/light/peerLightBlocks.test.ts',
      'apps/node/src/modes/slow-seedNode.test.ts',
      'apps/node/src/modes/slow-stateSync.test.ts',
      'apps/node/src/modes/stateless/slow-statelessNode.test.ts',
      'conformance/live/oasis-node/slow-peers.test.ts',
    ],
  },
  {
    area: 'Host protocol',
    does: 'its messages in both dialects, both sides of it, bundles; runtimes in processes, sandboxes and threads',
    against:
      'recorded conversations of Rust runtimes, to the byte; Go hosts and runtimes, where a toolchain is; programs that do wrong',
    shownBy: [
      'conformance/runners/hostMessages.test.ts',
      'conformance/runners/hostAnswers.test.ts',
      'conformance/runners/guestAnswers.test.ts',
      'conformance/live/runtime-host/slow-go.test.ts',
      'packages/runtime/host/src/hostedKeyvalue.test.ts',
      'packages/runtime/host/src/slow-containment.test.ts',
    ],
  },
  {
    area: 'Rounds of runtimes',
    does: 'a compute node as machines: the pool, scheduling, proposals, commitments, discrepancies, storage',
    against:
      'every recorded commitment, signed again; networks under a seed with loss, crashes and liars',
    shownBy: [
      'conformance/runners/executorRounds.test.ts',
      'packages/runtime/executor/src/testing/slow-network.test.ts',
      'packages/runtime/executor/src/byzantine/byzantine.test.ts',
    ],
  },
  {
    area: 'Work for runtimes',
    does: 'rounds are found, kept, served, fetched, executed and answered about',
    against: 'recorded chains; committees in memory; compute nodes of a whole chain of ours',
    shownBy: [
      'conformance/runners/followedRuntimes.test.ts',
      'conformance/runners/replayedRounds.test.ts',
      'packages/node/workers/src/executor/committee.test.ts',
      'packages/node/workers/src/executor/long-kills.test.ts',
      'packages/node/workers/src/sync/syncShell.test.ts',
      'packages/node/compose/src/runtimeRounds.test.ts',
    ],
  },
  {
    area: 'Key manager',
    does: 'secrets, keys, policies and sessions of enclaves, without hardware; nodes that keep and copy secrets; keyvalue with all its methods',
    against:
      'recorded key managers and secrets; published derivations; hostile frames; key managers of a whole chain of ours, killed',
    shownBy: [
      'conformance/runners/keyManagerAnswers.test.ts',
      'conformance/runners/keyManagerCalls.test.ts',
      'conformance/runners/keyManagerSecrets.test.ts',
      'packages/runtime/keymanager/src/derivation.test.ts',
      'packages/runtime/keymanager/src/committee.test.ts',
      'packages/node/compose/src/slow-keyManagers.test.ts',
    ],
  },
  {
    area: 'ParaTime SDK',
    does: 'transactions, authentication, fees, dispatch, modules; accounts with deposits from consensus',
    against: "rounds of the reference's runtime-sdk, to the byte",
    shownBy: [
      'packages/paratimes/sdk/src/referenceRounds.test.ts',
      'packages/paratimes/sdk/src/runtime.test.ts',
      'packages/paratimes/accounts/src/accountsRuntime.test.ts',
    ],
  },
  {
    area: 'Accounts in ParaTimes',
    does: 'deposits, transfers by keys of every kind, withdrawals, delegations; a ParaTime of one’s own in 53 lines',
    against: 'real compute nodes; the published client-rt 1.3.0, unchanged',
    shownBy: [
      'apps/cli/src/commands/paratime/slow-paratimeAccounts.test.ts',
      'conformance/live/oasis-client/slow-clientRt.test.ts',
      'packages/client/sdk/src/paratime/paratime.test.ts',
      'apps/cli/src/scaffold/slow-runParatime.test.ts',
    ],
  },
  {
    area: 'Encrypted calls of ParaTimes',
    does: 'X25519-DeoxysII envelopes for the key of an epoch, answers for the caller alone, wadi … --encrypted; plain calls go on, also while the key manager is away',
    against:
      'real compute nodes and a key manager; the published client-rt 1.3.0, unchanged; damaged envelopes, keys of other epochs',
    shownBy: [
      'conformance/live/oasis-client/slow-encryptedCalls.test.ts',
      'apps/cli/src/commands/paratime/slow-encryptedCalls.test.ts',
      'packages/client/sdk/src/paratime/encryptedCalls.test.ts',
      'packages/paratimes/sdk/src/frame/callFormat.test.ts',
      'packages/paratimes/sdk/src/frame/badInput.test.ts',
    ],
  },
  {
    area: 'Stories of rounds',
    does: 'who was scheduled, committed, disagreed, decided and paid, in words; executors that misbehave; how large committees have to be',
    against:
      'recorded networks with misdeeds; real nodes that misbehave; all committees of small pools',
    shownBy: [
      'conformance/runners/roundStories.test.ts',
      'apps/cli/src/rounds/long-byzantineRound.test.ts',
      'apps/cli/src/rounds/judgeRound.test.ts',
      'apps/node/src/commands/debug/byzantine/byzantineExecutor.test.ts',
      'apps/cli/src/replication/committeeSize.test.ts',
    ],
  },
  {
    area: 'Bad input to runtimes',
    does: 'runtime messages, commitments, proposals, batches, bundles, proofs, storage-sync answers and transactions of any shape are refused by a code, bounded, and change nothing; a runtime cannot read what the sandbox hides',
    against: 'damaged and random forms of good ones; hosts, runtimes and peers that lie',
    shownBy: [
      'packages/runtime/protocol/src/badInput.test.ts',
      'packages/runtime/protocol/src/bundle/badInput.test.ts',
      'packages/runtime/executor/src/badInput.test.ts',
      'packages/runtime/host/src/badInput.test.ts',
      'packages/runtime/guest/src/badInput.test.ts',
      'packages/node/workers/src/badInput.test.ts',
      'packages/paratimes/sdk/src/badInput.test.ts',
      'packages/paratimes/keyvalue/src/badInput.test.ts',
    ],
  },
]
