/** A network when an epoch begins: a thousand nodes, of which a hundred are to validate. */

import { assert } from '@wadi/base/errors'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { CommitteeKind } from '@wadi/consensus/scheduler/committee'
import * as schedulerKeys from '@wadi/consensus/scheduler/keys'
import { createBlock } from '@wadi/consensus-services/kernel/block'
import { type Context, createContext } from '@wadi/consensus-services/kernel/context'
import { read, write } from '@wadi/consensus-services/kernel/state'
import { services } from '@wadi/consensus-services/services'
import {
  EPOCH,
  type NetworkOptions,
  type NodeOptions,
  testNetwork,
  testRuntime,
  testRuntimeId,
} from '@wadi/consensus-services/testing/election'
import { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { quantity } from '@wadi/primitives/quantity'

const NODE_COUNT = 1_000
const VALIDATOR_COUNT = 100
/** Any node may stand for any committee, and no entity has more than one seat of a kind. */
const RUNTIMES = [1, 2, 3, 4].map((n) => {
  const constraints = { maxNodes: { limit: 1 }, minPoolSize: { limit: 50 } }
  return testRuntime(n, { workers: 20, backups: 20, worker: constraints, backup: constraints })
})
const STAKE = 10_000_000n
const LAST_HEIGHT = 10n

export type Backend = NonNullable<NetworkOptions['backend']>

/** The nodes differ from turn to turn: nothing that was decoded before helps. */
function createNodes(turn: number): Readonly<Record<number, NodeOptions>> {
  const node = { expiration: 1_000n + BigInt(turn) }
  return Object.fromEntries(Array.from({ length: NODE_COUNT }, (_, n) => [n, { node }]))
}

function createStakes(turn: number): Readonly<Record<number, bigint>> {
  const stakes = Array.from({ length: NODE_COUNT }, (_, n) => STAKE + BigInt(n % 7) + BigInt(turn))
  return Object.fromEntries(stakes.entries())
}

/** The network, as it was committed, and what the first block of the epoch begins with. */
function createEpoch(backend: Backend, turn: number): Context {
  const namespace = new Uint8Array(32)
  const tree = createTree(new Arena(), { namespace, type: ROOT_TYPE_STATE, writeLog: 'dropped' })
  const {
    state: written,
    chain,
    consensusParameters,
  } = testNetwork({
    backend,
    nodes: createNodes(turn),
    stakes: createStakes(turn),
    runtimes: RUNTIMES,
    params: {
      maxValidators: BigInt(VALIDATOR_COUNT),
      rewardFactorEpochElectionAny: quantity(1n),
    },
    context: { committed: tree },
  })
  written.commit()
  write(tree, beaconKeys.currentEpoch, [], { epoch: EPOCH - 1n, height: 1n })
  const { root } = tree.commit({ version: LAST_HEIGHT, baseAddress: 1 })
  const state = new Overlay(tree.arena, tree)
  write(state, beaconKeys.currentEpoch, [], { epoch: EPOCH, height: LAST_HEIGHT + 1n })
  const time = { seconds: 1_700_000_000n, nanoseconds: 0 }
  return createContext({
    mode: 'beginBlock',
    chain,
    state,
    committed: { height: LAST_HEIGHT, state: tree, rootHash: root.hash },
    block: createBlock({ time, proposer: new Uint8Array(20), lastCommit: [], misbehaviour: [] }),
    consensusParameters,
  })
}

function checkElected({ state }: Context): void {
  const elected = read(state, schedulerKeys.pendingValidators)
  assert(elected?.size === VALIDATOR_COUNT, 'all seats of validators are taken')
  const { executor } = CommitteeKind.names
  for (const n of RUNTIMES.keys()) {
    const committee = read(state, schedulerKeys.committees, executor, testRuntimeId(n + 1))
    assert(committee?.members?.length === 40, 'every runtime has a whole committee')
  }
}

/** Prepares an epoch; what it gives is the scheduler's part of the epoch's first block. */
export function prepareElection(backend: Backend, turn: number): { run(): void; check(): void } {
  const ctx = createEpoch(backend, turn)
  const scheduler = services.find(({ name }) => name === '200_scheduler')
  return { run: () => scheduler?.beginBlock?.(ctx), check: () => checkElected(ctx) }
}
