import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Header } from '@wadi/consensus/roothash/block'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { EMPTY_HASH, hashOfBytes } from '@wadi/primitives/hash'
import { CHECKPOINTS_MAX, CHUNKS_MAX, PRUNED_ROUNDS_MAX, ROUNDS_PENDING_MAX } from '../limits.ts'
import { RUNTIME_ID } from '../testing/testNetwork.ts'
import { planCheckpoints } from './checkpointSchedule.ts'
import { inOrder } from './chooseCheckpoints.ts'
import type { OfferedCheckpoint } from './input.ts'
import { firstKeptRound, type HistoryView, prunedVersions } from './prune.ts'
import { startSync, stepSync } from './step.ts'
import type { SyncStart } from './syncState.ts'

const PARAMETERS = { interval: 10n, keptCount: 2n, genesisRound: 3n }
const whole = (...rounds: readonly bigint[]) => rounds.map((round) => ({ round, treeCount: 2 }))

describe('checkpoints', () => {
  const plan = (round: bigint, existing = whole(), earliest = 0n, parameters = PARAMETERS) =>
    planCheckpoints(parameters, { round, earliest, existing })

  it('are made at multiples of the interval, counted from the first round', () => {
    assert.deepEqual(plan(12n, whole(3n)).create, [])
    assert.deepEqual(plan(13n, whole(3n)).create, [13n])
    assert.deepEqual(plan(22n, whole(3n, 13n)).create, [])
    assert.deepEqual(plan(23n, whole(3n, 13n)).create, [23n])
  })

  it('are made up for, the newest first, and no more than are kept', () => {
    assert.deepEqual(plan(100n, whole(3n)).create, [93n, 83n])
    assert.deepEqual(plan(100n, whole(3n, 83n)).create, [93n])
    assert.deepEqual(plan(100n, whole(3n), 90n).create, [93n])
    const many = { ...PARAMETERS, keptCount: 1_000n }
    assert.equal(plan(1_000n, whole(3n), 0n, many).create.length, 16)
  })

  it('of which a tree is missing do not count', () => {
    assert.deepEqual(plan(25n, [...whole(3n, 13n), { round: 23n, treeCount: 1 }]).create, [23n])
  })

  it('are removed when there are too many, but never the one of the first round', () => {
    assert.deepEqual(plan(50n, whole(43n, 3n, 33n, 23n)).remove, [23n])
    assert.deepEqual(plan(50n, whole(43n, 33n, 23n)).remove, [23n])
    assert.deepEqual(plan(50n, whole(3n, 33n, 43n)).remove, [])
  })

  it('are not made without an interval, or before the first round', () => {
    const off = { ...PARAMETERS, interval: 0n }
    assert.deepEqual(plan(50n, whole(3n), 0n, off), { create: [], remove: [] })
    assert.deepEqual(plan(2n), { create: [], remove: [] })
  })
})

describe('what is pruned', () => {
  const VIEW: HistoryView = {
    first: 10n,
    latest: 40n,
    keptCount: 20n,
    lastNormalRound: 40n,
    lastSyncedRound: 40n,
  }

  it('are the rounds before so many', () => {
    assert.equal(firstKeptRound(VIEW), 21n)
    assert.equal(firstKeptRound({ ...VIEW, first: 21n }), undefined)
    assert.equal(firstKeptRound({ ...VIEW, keptCount: undefined }), undefined)
    assert.equal(firstKeptRound({ ...VIEW, keptCount: 41n }), undefined)
  })

  it('are not rounds that somebody needs', () => {
    assert.equal(firstKeptRound({ ...VIEW, lastNormalRound: 15n }), 15n)
    assert.equal(firstKeptRound({ ...VIEW, lastSyncedRound: 12n }), 12n)
    assert.equal(firstKeptRound({ ...VIEW, lastSyncedRound: undefined }), undefined)
    assert.equal(firstKeptRound({ ...VIEW, neededRound: 10n }), undefined)
  })

  it(`are no more than ${PRUNED_ROUNDS_MAX} at once`, () => {
    const far = { ...VIEW, latest: 1_000n, lastNormalRound: 1_000n, lastSyncedRound: 1_000n }
    assert.equal(firstKeptRound(far), 10n + BigInt(PRUNED_ROUNDS_MAX))
  })

  it('are the trees of rounds that the history does not have', () => {
    assert.deepEqual([...prunedVersions(3n, 6n)], [3n, 4n, 5n])
    assert.deepEqual([...prunedVersions(6n, 6n)], [])
  })
})

describe('checkpoints that peers offer', () => {
  const start: SyncStart = {
    namespace: RUNTIME_ID,
    genesisRound: 0n,
    last: undefined,
    checkpoints: 'wanted',
  }
  const hash = hashOfBytes(new Uint8Array(1))
  const offer = (version: bigint, peerCount = 1, chunkCount = 1): OfferedCheckpoint => ({
    root: { namespace: RUNTIME_ID, version, type: ROOT_TYPE_STATE, hash },
    chunks: Array.from({ length: chunkCount }, () => hash),
    peers: Array.from({ length: peerCount }, (_, i) => `peer ${i}`),
  })

  it('are tried from the newest on, and first those that most peers have', () => {
    const chosen = inOrder([offer(5n), offer(9n, 1), offer(9n, 3), offer(7n)], start)
    const places = chosen.map(({ root, peers }) => [root.version, peers.length])
    assert.deepEqual(places, [
      [9n, 3],
      [9n, 1],
      [7n, 1],
      [5n, 1],
    ])
    assert.deepEqual(inOrder([offer(9n), offer(0n)], { ...start, checkpoints: 'off' }), [offer(0n)])
  })

  it(`are no more than ${CHECKPOINTS_MAX}, of no more than ${CHUNKS_MAX} chunks each`, () => {
    const many = Array.from({ length: CHECKPOINTS_MAX + 1 }, (_, i) => offer(BigInt(i)))
    assert.equal(inOrder(many.slice(1), start).length, CHECKPOINTS_MAX)
    const [newest, ...rest] = inOrder(many, start)
    assert.equal(newest?.root.version, BigInt(CHECKPOINTS_MAX))
    assert.equal(rest.at(-1)?.root.version, 1n)
    assert.equal(inOrder([offer(1n, 1, CHUNKS_MAX)], start).length, 1)
    assert.equal(inOrder([offer(1n, 1, CHUNKS_MAX + 1)], start).length, 0)
  })
})

describe('rounds that are not final', () => {
  it(`are no more than ${ROUNDS_PENDING_MAX}`, () => {
    const root = hashOfBytes(new Uint8Array(1))
    const roots = (round: bigint) => ({ round, ioRoot: root, stateRoot: root })
    const begin = { namespace: RUNTIME_ID, genesisRound: 0n, checkpoints: 'off' } as const
    for (const [count, expected] of [
      [ROUNDS_PENDING_MAX - 1, 1],
      [ROUNDS_PENDING_MAX, 0],
    ] as const) {
      const pending = Array.from({ length: count }, (_, i) => roots(BigInt(i)))
      const last = roots(BigInt(count))
      const state = { ...startSync({ ...begin, last }), pending, isFinalizing: true }
      const header = { ...make(Header, { namespace: RUNTIME_ID }), ...roots(last.round + 1n) }
      const asked = stepSync(state, {
        kind: 'new-block',
        header: { ...header, ioRoot: EMPTY_HASH },
      })
      const applies = asked.effects.filter(({ kind }) => kind === 'apply')
      assert.equal(applies.length, expected)
    }
  })
})
