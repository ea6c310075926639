import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError, UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { zero } from '@wadi/cbor/codec'
import { errors as consensus } from '@wadi/consensus/consensus/errors'
import { RuntimeState } from '@wadi/consensus/roothash'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { errors as roothash } from '@wadi/consensus/roothash/errors'
import { MemoryStore } from '@wadi/kv/memory-store'
import type { Ask } from '../chain.ts'
import { INDEXED_HEIGHTS_MAX } from '../limits.ts'
import { TEST_RUNTIME, testRounds } from '../testing/testRounds.ts'
import { RoundHistory } from './roundHistory.ts'
import { RoundIndexer, type RoundIndexerOptions } from './roundIndexer.ts'

/** A consensus layer in which a runtime has these rounds. */
class TestChain {
  rounds: readonly AnnotatedBlock[]
  retained = 1n
  /** Thrown in place of the next answer. */
  failure: Error | undefined
  /** Until then nobody is told of heights from this one on. */
  gate: { readonly height: bigint; readonly open: Promise<void> } | undefined
  readonly asked: bigint[] = []

  constructor(rounds: readonly AnnotatedBlock[]) {
    this.rounds = rounds
  }

  readonly ask = (async (name: string, question: { readonly height: bigint }) => {
    if (this.failure !== undefined) throw this.failure
    if (name === 'Consensus/GetLastRetainedHeight') return this.retained
    this.asked.push(question.height)
    if (this.gate !== undefined && question.height >= this.gate.height) await this.gate.open
    return this.#stateAt(question.height)
  }) as unknown as Ask

  #stateAt(height: bigint): RuntimeState {
    if (height < this.retained) throw consensus.versionNotFound()
    const last = this.rounds.findLast(({ consensusHeight }) => consensusHeight <= height)
    if (last === undefined) throw roothash.invalidRuntime()
    const { block: lastBlock, consensusHeight: lastBlockHeight } = last
    return { ...zero(RuntimeState), lastBlock, lastBlockHeight }
  }
}

async function setUp(
  rounds: readonly AnnotatedBlock[],
  store = new MemoryStore(),
  options: Pick<RoundIndexerOptions, 'indexedAtOnce'> = {},
) {
  const chain = new TestChain(rounds)
  const time = new VirtualTime()
  const history = await RoundHistory.open({ store, runtimeId: TEST_RUNTIME, seen: 'committed' })
  const fatal: unknown[] = []
  const log = new MemoryLog()
  const indexer = new RoundIndexer({
    ask: chain.ask,
    history,
    log: createLogger('test', log.sink),
    timers: time,
    clock: time.clock,
    retryMs: (failures) => 100 * (failures + 1),
    ...options,
    onFatal: (error) => fatal.push(error),
  })
  return { chain, time, history, indexer, fatal, store, log }
}

/** Everything that is under way and needs no time has happened. */
function atRest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('the indexer of a runtime', () => {
  it('finds what happened, becomes ready, and goes on', async () => {
    const rounds = testRounds(4, { from: 2n, step: 3n })
    const { indexer, history } = await setUp(rounds)
    const told: bigint[] = []
    history.watchCommitted(({ block }) => told.push(block.header.round))
    assert.equal(indexer.status.status, 'started')
    indexer.applied(8n)
    await atRest()
    assert.equal(history.lastRound, 2n)
    assert.deepEqual(indexer.status, {
      status: 'indexing',
      lastRound: 2n,
      reindexStatus: undefined,
    })
    for (let height = 9n; height <= 11n; height++) indexer.applied(height)
    await atRest()
    assert.deepEqual(told, [2n, 3n])
    for (const round of rounds) assert.deepEqual(history.block(round.block.header.round), round)
    await indexer.stop()
    assert.equal(indexer.status.status, 'stopped')
    indexer.applied(12n)
  })

  it('tells that it begins, once each time, whether there is anything to find or not', async () => {
    const rounds = testRounds(2)
    const height = rounds.at(-1)!.consensusHeight
    const store = new MemoryStore()
    for (let life = 0; life < 2; life++) {
      const { indexer, history, log } = await setUp(rounds, store)
      assert.deepEqual(log.records, [])
      for (const applied of [height, height + 1n]) {
        indexer.applied(applied)
        await atRest()
      }
      assert.equal(history.isReady, true)
      assert.deepEqual(
        log.records.map(({ level, fields }) => [level, fields['log_event']]),
        [['info', 'roothash/history_reindexing']],
      )
      await indexer.stop()
    }
  })

  it('waits for a runtime that is not there yet', async () => {
    const { indexer, history } = await setUp(testRounds(1, { from: 3n }))
    indexer.applied(2n)
    await atRest()
    assert.equal(history.isReady, false)
    indexer.applied(3n)
    await atRest()
    assert.equal(history.isReady, true)
    assert.equal(history.lastRound, 0n)
  })

  it('begins where the chain does that is kept, with the last block at least', async () => {
    const rounds = testRounds(3, { from: 1n, step: 10n })
    const late = await setUp(rounds)
    late.chain.retained = 11n
    late.indexer.applied(30n)
    await atRest()
    assert.equal(late.history.earliestRound, 1n)
    const latest = await setUp(rounds)
    latest.chain.retained = 25n
    latest.indexer.applied(30n)
    await atRest()
    assert.equal(latest.history.isReady, true)
    assert.deepEqual(latest.history.block(2n), rounds[2])
    assert.equal(latest.history.earliestRound, 2n)
  })

  it('goes on after the last block that it has', async () => {
    const rounds = testRounds(5)
    const first = await setUp(rounds)
    first.indexer.applied(3n)
    await atRest()
    await first.indexer.stop()
    const second = await setUp(rounds, first.store)
    second.indexer.applied(5n)
    await atRest()
    assert.deepEqual(second.chain.asked, [4n, 5n, 5n])
    assert.equal(second.history.lastRound, 4n)
  })

  for (const [count, options] of [
    [INDEXED_HEIGHTS_MAX, {}],
    [7, { indexedAtOnce: 7 }],
  ] as const)
    it(`writes what it has found after ${count} heights, and says how far it is`, async () => {
      const bound = BigInt(count)
      const rounds = testRounds(2, { step: bound })
      const { indexer, history, chain, time } = await setUp(rounds, new MemoryStore(), options)
      const { promise, resolve } = Promise.withResolvers<void>()
      chain.gate = { height: bound + 1n, open: promise }
      indexer.applied(bound + 1n)
      time.advance(10_000)
      while (history.lastRound === undefined) await atRest()
      assert.equal(history.lastRound, 0n)
      const { status, reindexStatus } = indexer.status
      assert.equal(status, 'reindexing')
      assert.equal(reindexStatus?.batchSize, count)
      assert.equal(reindexStatus?.startHeight, 1n)
      assert.equal(reindexStatus?.endHeight, bound + 1n)
      resolve()
      while (!history.isReady) await atRest()
      assert.equal(history.lastRound, 1n)
      assert.equal(chain.asked.length, count + 2)
    })

  it('tries again, later each time, what the world did not let it', async () => {
    const { chain, indexer, history, time } = await setUp(testRounds(1))
    chain.failure = new UnavailableError('disk.broken', 'the disk is broken')
    indexer.applied(1n)
    await atRest()
    time.advance(100)
    await atRest()
    indexer.applied(2n)
    chain.failure = undefined
    time.advance(199)
    await atRest()
    assert.equal(history.lastRound, undefined)
    time.advance(1)
    await atRest()
    assert.equal(history.lastRound, 0n)
    assert.equal(time.pending, 0)
  })

  it('stops for good where the fault is ours', async () => {
    const { chain, indexer, fatal, time } = await setUp(testRounds(1))
    chain.failure = new BugError('wrong')
    indexer.applied(1n)
    await atRest()
    assert.deepEqual(fatal, [chain.failure])
    assert.equal(time.pending, 0)
    assert.equal(indexer.status.status, 'stopped')
  })

  it('leaves nothing behind when it is stopped while it waits', async () => {
    const { chain, indexer, time } = await setUp(testRounds(1))
    chain.failure = new UnavailableError('disk.broken', 'the disk is broken')
    indexer.applied(1n)
    await atRest()
    assert.equal(time.pending, 1)
    await indexer.stop()
    assert.equal(time.pending, 0)
  })
})
