/** A runtime whose rounds end in every way there is, height by height. */

import { toBase64, toUtf8 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { Parameters, RoundResults, RuntimeState } from '@wadi/consensus/roothash'
import { Block, HEADER_TYPES, Header } from '@wadi/consensus/roothash/block'
import { CommitmentPool } from '@wadi/consensus/roothash/commitments'
import * as keys from '@wadi/consensus/roothash/keys'
import { Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { write } from '@wadi/consensus-services/kernel/state'
import {
  computeRuntime,
  entitySigner,
  keyOf,
  nodeOf,
  nodeSigners,
  signNode,
} from '@wadi/consensus-services/testing/registry'
import { writeRegistry, writeRoothash } from '@wadi/consensus-services/testing/writtenState'
import { storedEvent, type TestChain } from '@wadi/node-api/testing/test-chain'
import { testNamespace } from '@wadi/primitives/namespace'

/** The runtime. */
export const runtimeId = testNamespace(toUtf8('rounds'))

const OWNERS = ['alice', 'bob', 'carol'] as const
type Owner = (typeof OWNERS)[number]

/** Each entity has one node. */
const NODES = OWNERS.map((owner) => {
  const signers = nodeSigners(`node of ${owner}`)
  const node = nodeOf(signers, { entityId: keyOf(entitySigner(owner)) })
  return { node, signed: signNode(signers, node) }
})

/** The key of an entity, in base64. */
export function entityKey(owner: Owner): string {
  return toBase64(entitySigner(owner).publicKey)
}

const { worker, 'backup-worker': backup } = CommitteeRole.names
const member = (index: number, role: number) => ({
  role: role as typeof worker,
  publicKey: NODES[index]!.node.id,
})
/** Alice and Bob work, Carol and Alice stand by. */
const committee = make(Committee, {
  kind: 1,
  members: [member(0, worker), member(1, worker), member(2, backup), member(0, backup)],
  runtimeId,
  validFor: 1n,
})

interface Round {
  readonly round: bigint
  readonly headerType: number
  readonly discrepancy?: 'seen' | 'timeout'
  readonly good?: readonly Owner[]
  readonly bad?: readonly Owner[]
}

const beside = { key: 'runtime_id', value: toBase64(runtimeId), index: false }

function eventsOf({ round, discrepancy, good }: Round) {
  const type = 'oasis_event_999_roothash'
  const timeout = discrepancy === 'timeout'
  const dispute = { round, rank: 0n, timeout }
  return [
    ...(discrepancy ? [storedEvent(type, 'execution_discrepancy', dispute, beside)] : []),
    ...(good ? [storedEvent(type, 'finalized', { round }, beside)] : []),
  ]
}

function addRound(chain: TestChain, told: Round): void {
  const { round, headerType, good = [], bad = [] } = told
  const block = make(Block, {
    header: { ...zero(Header), namespace: runtimeId, round, headerType },
  })
  const isSuspended = headerType === HEADER_TYPES.suspended
  const keysOf = (owners: readonly Owner[]) => owners.map((owner) => keyOf(entitySigner(owner)))
  const runtime = computeRuntime({ id: runtimeId })
  const state = {
    ...zero(RuntimeState),
    ...{ runtime, genesisBlock: block, lastBlock: block, suspended: isSuspended },
    committee: isSuspended ? undefined : committee,
    commitmentPool: isSuspended ? undefined : zero(CommitmentPool),
  }
  chain.add({
    events: eventsOf(told),
    writeState: (tree) => {
      writeRegistry(tree, { nodes: NODES, runtimes: [], suspendedRuntimes: [] })
      writeRoothash(tree, zero(Parameters), [state])
      const results = { goodComputeEntities: keysOf(good), badComputeEntities: keysOf(bad) }
      write(tree, keys.lastRoundResults, [runtimeId], { ...zero(RoundResults), ...results })
    },
  })
}

/** Makes eight heights. */
export function addRounds(chain: TestChain): void {
  const { normal, roundFailed, epochTransition, suspended } = HEADER_TYPES
  const rounds: readonly Round[] = [
    { round: 1n, headerType: epochTransition },
    { round: 1n, headerType: epochTransition },
    { round: 1n, headerType: normal, discrepancy: 'seen' },
    { round: 2n, headerType: normal, good: ['alice'], bad: ['bob'] },
    { round: 3n, headerType: normal, good: ['alice', 'bob'] },
    { round: 4n, headerType: roundFailed, discrepancy: 'timeout', good: ['carol'] },
    { round: 5n, headerType: suspended },
    { round: 5n, headerType: suspended },
  ]
  for (const round of rounds) addRound(chain, round)
}
