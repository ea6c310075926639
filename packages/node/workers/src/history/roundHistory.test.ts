import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { MemoryStore } from '@wadi/kv/memory-store'
import { Namespace } from '@wadi/primitives/namespace'
import { PRUNED_ROUNDS_MAX } from '@wadi/runtime-executor/limits'
import { TEST_RUNTIME, testRounds } from '../testing/testRounds.ts'
import { LATEST_ROUND, RoundHistory } from './roundHistory.ts'

async function openHistory(seen: 'synced' | 'committed' = 'synced', store = new MemoryStore()) {
  return await RoundHistory.open({ store, runtimeId: TEST_RUNTIME, seen })
}

function roundsOf(blocks: readonly AnnotatedBlock[]): bigint[] {
  return blocks.map(({ block }) => block.header.round)
}

/** The rounds that are told, as they are told. */
function listenTo(history: RoundHistory) {
  const committed: AnnotatedBlock[] = []
  const seen: AnnotatedBlock[] = []
  history.watchCommitted((block) => committed.push(block))
  const stop = history.watchSeen((block) => seen.push(block))
  return { told: () => ({ committed: roundsOf(committed), seen: roundsOf(seen) }), stop }
}

describe('the history of a runtime', () => {
  it('has nothing before there is a block', async () => {
    const history = await openHistory()
    assert.equal(history.lastHeight, 0n)
    assert.equal(history.lastRound, undefined)
    assert.equal(history.earliestRound, undefined)
    assert.equal(history.committedBlock(LATEST_ROUND), undefined)
    assert.throws(() => history.block(0n), { reason: 'roothash.notFound' })
    history.ready()
  })

  it('keeps blocks, also for whoever opens it again', async () => {
    const store = new MemoryStore()
    const rounds = testRounds(3, { from: 5n })
    await (await openHistory('committed', store)).commit(rounds)
    const history = await openHistory('committed', store)
    assert.equal(history.lastHeight, 7n)
    assert.equal(history.lastRound, 2n)
    assert.equal(history.earliestRound, 0n)
    for (const round of rounds) assert.deepEqual(history.block(round.block.header.round), round)
    assert.deepEqual(history.block(LATEST_ROUND), rounds[2])
    assert.throws(() => history.block(3n), { reason: 'roothash.notFound' })
  })

  it('is not opened for another runtime', async () => {
    const store = new MemoryStore()
    await (await openHistory('committed', store)).commit(testRounds(1))
    const runtimeId = Namespace.check(new Uint8Array(32).fill(8, 8))
    const opening = RoundHistory.open({ store, runtimeId, seen: 'committed' })
    await assert.rejects(opening, { reason: 'workers.otherHistory' })
  })

  it('shows rounds from outside when their states are here', async () => {
    const history = await openHistory()
    const rounds = testRounds(3)
    await history.commit(rounds)
    assert.equal(history.lastSeenRound, undefined)
    assert.throws(() => history.block(0n), { reason: 'roothash.notFound' })
    assert.throws(() => history.block(LATEST_ROUND), { reason: 'roothash.notFound' })
    history.synced(1n)
    assert.deepEqual(history.block(LATEST_ROUND), rounds[1])
    assert.deepEqual(history.block(0n), rounds[0])
    assert.throws(() => history.block(2n), { reason: 'roothash.notFound' })
    assert.deepEqual(history.committedBlock(LATEST_ROUND), rounds[2])
    assert.throws(() => history.synced(0n), { reason: 'workers.syncedBackwards' })
    assert.throws(() => history.synced(9n), { reason: 'roothash.notFound' })
  })

  it('tells what is news, from when everything before is here', async () => {
    const history = await openHistory()
    const { told, stop } = listenTo(history)
    const rounds = testRounds(5)
    await history.commit(rounds.slice(0, 2))
    history.synced(0n)
    assert.deepEqual(told(), { committed: [], seen: [] })
    history.ready()
    assert.deepEqual(told(), { committed: [1n], seen: [0n] })
    await history.commit(rounds.slice(2, 4))
    history.synced(3n)
    history.synced(3n)
    assert.deepEqual(told(), { committed: [1n, 2n, 3n], seen: [0n, 3n] })
    stop()
    await history.commit(rounds.slice(4))
    history.synced(4n)
    assert.deepEqual(told(), { committed: [1n, 2n, 3n, 4n], seen: [0n, 3n] })
  })

  it('tells all at once where nobody keeps states', async () => {
    const history = await openHistory('committed')
    const { told } = listenTo(history)
    history.ready()
    await history.commit(testRounds(2))
    assert.deepEqual(told(), { committed: [0n, 1n], seen: [0n, 1n] })
  })

  it('takes what follows, and of several all or none', async () => {
    const history = await openHistory('committed')
    const [zero, one, two] = testRounds(3) as [AnnotatedBlock, AnnotatedBlock, AnnotatedBlock]
    await history.commit([zero, one])
    const refused: readonly (readonly [AnnotatedBlock, string])[] = [
      [{ ...one, consensusHeight: 3n }, 'workers.lowerRound'],
      [{ ...two, consensusHeight: 1n }, 'workers.lowerHeight'],
      [otherRuntime(two), 'workers.otherRuntime'],
    ]
    for (const [block, reason] of refused) {
      await assert.rejects(history.commit([two, block]), { reason })
      assert.equal(history.lastRound, 1n)
      assert.equal(history.committedBlock(2n), undefined)
    }
    await history.commit([{ ...two, consensusHeight: 2n }])
    assert.equal(history.lastRound, 2n)
  })

  it(`forgets ${PRUNED_ROUNDS_MAX} rounds at a time, if nobody minds, and never the last`, async () => {
    const history = await openHistory('committed')
    const count = PRUNED_ROUNDS_MAX + 2
    await history.commit(testRounds(count))
    const minds = () => {
      throw new TypeError('not yet')
    }
    await assert.rejects(history.pruneBefore(1n, minds), TypeError)
    assert.equal(history.earliestRound, 0n)
    const asked: bigint[] = []
    const first = await history.pruneBefore(LATEST_ROUND, (rounds) => asked.push(...rounds))
    assert.deepEqual(asked, first)
    assert.equal(first.length, PRUNED_ROUNDS_MAX)
    assert.equal(history.earliestRound, BigInt(PRUNED_ROUNDS_MAX))
    assert.deepEqual(await history.pruneBefore(LATEST_ROUND), [BigInt(PRUNED_ROUNDS_MAX)])
    assert.deepEqual(await history.pruneBefore(LATEST_ROUND), [])
    assert.equal(history.earliestRound, history.lastRound)
    assert.throws(() => history.block(0n), { reason: 'roothash.notFound' })
  })
})

function otherRuntime({ consensusHeight, block }: AnnotatedBlock): AnnotatedBlock {
  const namespace = Namespace.check(new Uint8Array(32).fill(8, 8))
  return { consensusHeight, block: { header: { ...block.header, namespace } } }
}
