import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import * as registryKeys from '@wadi/consensus/registry/keys'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { SchedulerCommitment } from '@wadi/consensus/roothash/commitments'
import * as keys from '@wadi/consensus/roothash/keys'
import { IncomingMessage } from '@wadi/consensus/roothash/messages'
import { testNamespace } from '@wadi/primitives/namespace'
import { FRESH_POOL } from '@wadi/runtime-protocol/commitments/addCommitment'
import type { Context } from '../kernel/context.ts'
import { erase, write } from '../kernel/state.ts'
import { violations } from './invariants.ts'
import { freshStatistics } from './liveness.ts'
import { addIncomingMessage, addRoundTimeout } from './state.ts'
import {
  RUNTIME_ID,
  runtimeAtWork,
  standing,
  type TestRuntimeOptions,
  testHash,
  testRuntime,
} from './testing/testRuntime.ts'

/** Which invariants something breaks that was done to a good state. */
function broken(harm: (ctx: Context) => void, options: TestRuntimeOptions = {}): readonly string[] {
  const ctx = runtimeAtWork(options)
  assert.deepEqual([...violations(ctx.state)], [])
  harm(ctx)
  return [...new Set(Array.from(violations(ctx.state), ({ invariant }) => invariant))]
}

/** Something about where the runtime stands is changed behind everybody's back. */
const standingElsewhere =
  (fields: Partial<RuntimeState>) =>
  (ctx: Context): void =>
    write(ctx.state, keys.runtimeStates, [RUNTIME_ID], { ...standing(ctx), ...fields })

const SUSPENDED = { suspended: true, committee: undefined, commitmentPool: undefined }

describe("roothash's invariants", () => {
  it('know a runtime that only the registry knows, or only the registry has suspended', () => {
    const forget = (ctx: Context) => erase(ctx.state, keys.runtimeStates, RUNTIME_ID)
    assert.deepEqual(broken(forget), ['roothash.registration'])
    const suspend = ({ state }: Context) => {
      erase(state, registryKeys.runtimes, RUNTIME_ID)
      write(state, registryKeys.suspendedRuntimes, [RUNTIME_ID], testRuntime())
    }
    assert.deepEqual(broken(suspend), ['roothash.registration'])
  })

  it('hold of a suspended runtime that has nothing to do with', () => {
    assert.deepEqual(broken(standingElsewhere(SUSPENDED)), [])
    for (const fields of [
      { suspended: true },
      { committee: undefined },
      { commitmentPool: undefined },
      { ...SUSPENDED, livenessStats: freshStatistics(0) },
    ])
      assert.deepEqual(broken(standingElsewhere(fields)), ['roothash.phase'])
    const armed = standingElsewhere({ ...SUSPENDED, timeout: 12n })
    assert.deepEqual(broken(armed), ['roothash.phase', 'roothash.timeout'])
  })

  it('want blocks that follow each other', () => {
    const { header } = standing(runtimeAtWork()).lastBlock
    const wrong = [
      { lastBlock: { header: { ...header, round: 10n } } },
      { lastBlock: { header: { ...header, headerType: 0 } } },
      { lastBlock: { header: { ...header, headerType: 5 } } },
      { genesisBlock: { header: { ...header, namespace: testNamespace(new Uint8Array(1)) } } },
      { lastNormalRound: 12n },
      { lastNormalHeight: 99n },
    ]
    for (const fields of wrong) assert.equal(broken(standingElsewhere(fields))[0], 'roothash.block')
  })

  it('want the leader of a pool to have committed, and nobody worse to count', () => {
    const empty = zero(SchedulerCommitment)
    const pools = [
      { ...FRESH_POOL, highestRank: 1n },
      { ...FRESH_POOL, highestRank: 1n, schedulerCommitments: keyedMap(u64, [[1n, empty]]) },
      { ...FRESH_POOL, discrepancy: true },
      { ...FRESH_POOL, highestRank: 0n, schedulerCommitments: keyedMap(u64, [[1n, empty]]) },
    ]
    for (const commitmentPool of pools)
      assert.deepEqual(broken(standingElsewhere({ commitmentPool })), ['roothash.pool'])
    const early = keyedMap(u64, [[1n, empty]])
    const waiting = { ...FRESH_POOL, schedulerCommitments: early }
    assert.deepEqual(broken(standingElsewhere({ commitmentPool: waiting })), [])
  })

  it('want statistics of the members, and no more rounds than there were', () => {
    const stats = { ...freshStatistics(6), totalRounds: 1n }
    const one = [1n, 0n, 0n, 0n, 0n, 0n]
    assert.deepEqual(
      broken(standingElsewhere({ livenessStats: { ...stats, goodRounds: one } })),
      [],
    )
    const wrong = [
      freshStatistics(5),
      { ...stats, missedProposals: undefined },
      { ...stats, goodRounds: [2n, 0n, 0n, 0n, 0n, 0n] },
      { ...stats, finalizedProposals: [1n, 1n, 0n, 0n, 0n, 0n] },
    ]
    for (const livenessStats of wrong)
      assert.deepEqual(broken(standingElsewhere({ livenessStats })), ['roothash.statistics'])
  })

  it('want the roots of the last block, and of no more rounds than the parameters say', () => {
    const root = testHash('x')
    const setPast = (round: bigint) => (ctx: Context) => {
      write(ctx.state, keys.pastRoundRoots, [RUNTIME_ID, round], { stateRoot: root, ioRoot: root })
    }
    const harms = [
      ({ state }: Context) => write(state, keys.lastStateRoots, [RUNTIME_ID], root),
      ({ state }: Context) => erase(state, keys.lastIoRoots, RUNTIME_ID),
      setPast(10n),
      setPast(12n),
    ]
    // The I/O root of the first block is the empty one, as is that of no entry.
    const found = harms.map((harm) => broken(harm, { params: { maxPastRootsStored: 1n } }))
    assert.deepEqual(found, [['roothash.roots'], [], ['roothash.roots'], ['roothash.roots']])
    const kept = { params: { maxPastRootsStored: 2n } }
    assert.deepEqual(broken(setPast(10n), kept), [])
    assert.deepEqual(broken(setPast(12n), kept), ['roothash.roots'])
  })

  it('want a queue that is as long as it says', () => {
    const add = ({ state }: Context) =>
      addIncomingMessage(state, RUNTIME_ID, { ...zero(IncomingMessage), id: 3n })
    const meta = (size: number, nextSequenceNumber: bigint) => (ctx: Context) => {
      add(ctx)
      write(ctx.state, keys.incomingQueueMetas, [RUNTIME_ID], { size, nextSequenceNumber })
    }
    assert.deepEqual(broken(meta(1, 4n)), [])
    for (const harm of [add, meta(2, 4n), meta(1, 3n)])
      assert.deepEqual(broken(harm), ['roothash.queue'])
  })

  it('want exactly the timeouts of rounds, and those to come', () => {
    const schedule = (height: bigint) => (ctx: Context) =>
      addRoundTimeout(ctx.state, { height, runtime: RUNTIME_ID })
    const both = (height: bigint) => (ctx: Context) => {
      schedule(height)(ctx)
      standingElsewhere({ timeout: height })(ctx)
    }
    assert.deepEqual(broken(both(12n)), [])
    const harms = [both(0n), both(-1n), schedule(12n), standingElsewhere({ timeout: 12n })]
    for (const harm of harms) assert.deepEqual(broken(harm), ['roothash.timeout'])
  })
})
