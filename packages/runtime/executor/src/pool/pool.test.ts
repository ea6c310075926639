import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { TransactionError } from '@wadi/consensus/consensus/api'
import { hashOfBytes } from '@wadi/primitives/hash'
import { CheckTxMetadata, type CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import { FETCHED_TRANSACTIONS_MAX } from '@wadi/runtime-protocol/limits'
import {
  CALL_SIZE_MAX,
  CHECK_BATCH_MAX,
  POOL_COUNT_MAX,
  POOL_SIZE_MAX,
  PROPOSED_COUNT_MAX,
  PUBLISH_COUNT_MAX,
  SEEN_COUNT_MAX,
  SENDER_SIZE_MAX,
  SUGGESTION_COUNT_MAX,
  TRANSACTION_SIZE_MAX,
} from '../limits.ts'
import { entryOf, withEntry } from '../persistent/hashMap.ts'
import { GOOD, input, TestPool } from '../testing/testPool.ts'
import { type PendingCheck, withCheck } from './checkQueue.ts'
import { findTransaction, serveTransactions } from './findTransaction.ts'
import { type BatchRoom, withTransaction } from './mainQueue.ts'
import { checkCountMax, DEFAULT_POOL } from './poolState.ts'
import { NOTHING_SEEN, type SeenCache, seenOf, withoutSeen, withSeen } from './seenCache.ts'
import { suggest } from './suggest.ts'

/** The beginning of a batch that has room for everything. */
const ROOMY: BatchRoom = { count: 10_000, bytes: CALL_SIZE_MAX, atLeast: 0, atMost: 10_000 }
const upTo = (limit: number) => ({ limit, room: ROOMY, generousMs: 100 })
/** One in ten more than the pool holds. */
const CHECK_COUNT = checkCountMax(DEFAULT_POOL)
const BAD: CheckTxResult = { error: { module: 'rt', code: 7, message: 'no' }, meta: undefined }

/** A good transaction of a sender. */
function goodOf(sender: string, seq: number, stateSeq = 0, priority = 0): CheckTxResult {
  const meta = make(CheckTxMetadata, {
    sender: toUtf8(sender),
    senderSeq: BigInt(seq),
    senderStateSeq: BigInt(stateSeq),
    priority: BigInt(priority),
  })
  return { error: make(TransactionError, {}), meta }
}

/** What a batch would have now. */
function nextOf({ state }: TestPool): string[] {
  return suggest(state, upTo(9)).txs.map((tx) => new TextDecoder().decode(tx.input))
}

describe('a transaction that is submitted', () => {
  it('is checked, accepted, told to the round, and published', () => {
    const pool = TestPool.ready().submit('a', { ticket: 1 })
    assert.deepEqual(pool.last('check').inputs, [input('a')])
    assert.equal(pool.last('check').deadlineMs, 15_000)
    pool.check(GOOD)
    assert.deepEqual(pool.answers(), ['1 accepted'])
    assert.deepEqual(pool.last('available').inputs, [input('a')])
    assert.deepEqual(pool.last('set-pool-timer'), {
      kind: 'set-pool-timer',
      timer: 'publish',
      afterMs: 0,
    })
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.deepEqual(
      pool.last('publish').transactions.map((tx) => tx.input),
      [input('a')],
    )
  })

  it('is not kept if the runtime does not want it, and may come again', () => {
    const pool = TestPool.ready().submit('a', { ticket: 1 }).check(BAD)
    assert.deepEqual(pool.answers(), ['1 no'])
    assert.equal(pool.count, 0)
    pool.submit('a', { ticket: 2 }).check(GOOD)
    assert.deepEqual(pool.answers(), ['1 no', '2 accepted'])
  })

  it('is not kept if only the result is wanted', () => {
    const pool = TestPool.ready()
    const submitted = { kind: 'submit', input: input('a'), origin: 'local', ticket: 1 } as const
    pool.give({ ...submitted, isDryRun: true }).check(GOOD)
    assert.deepEqual(pool.answers(), ['1 accepted'])
    assert.equal(pool.count, 0)
  })

  it('is refused when it is known, wherever it is', () => {
    const pool = TestPool.ready().submit('a', { ticket: 1 }).submit('b', { ticket: 2 })
    pool.submit('a', { ticket: 3 }).submit('b', { ticket: 4 }).check(GOOD)
    pool.submit('a', { ticket: 5 })
    pool.give({ kind: 'use', hashes: [hashOfBytes(input('a'))] }).submit('a', { ticket: 6 })
    const duplicates = pool.answers().filter((text) => text.endsWith('duplicate transaction'))
    assert.deepEqual(
      duplicates,
      [3, 4, 5, 6].map((ticket) => `${ticket} duplicate transaction`),
    )
  })

  it('is refused when it is empty, or larger than a batch or a message may be', () => {
    const pool = TestPool.ready().submit('', { ticket: 1 })
    pool.submit('x'.repeat(1_000), { ticket: 2 }).submit('x'.repeat(1_001), { ticket: 3 })
    pool.give({ kind: 'block', round: 1n, inMessages: [], batchSizeBytesMax: 0n })
    pool.submit('y'.repeat(TRANSACTION_SIZE_MAX), { ticket: 4 })
    pool.submit('y'.repeat(TRANSACTION_SIZE_MAX + 1), { ticket: 5 })
    assert.deepEqual(pool.answers(), [
      '1 empty transaction',
      '3 transaction too large',
      '5 transaction too large',
    ])
  })

  it('is refused after its check, if only then a block says how large a batch may be', () => {
    const text = 'x'.repeat(1_001)
    const pool = new TestPool().submit(text, { ticket: 1 }).submit('good', { ticket: 2 })
    const dryRun = { input: input(`${text}y`), origin: 'local', isDryRun: true } as const
    pool.give({ kind: 'submit', ticket: 3, ...dryRun })
    pool.give({ kind: 'runtime', isReady: true }).block(1n).check(GOOD, GOOD, GOOD)
    assert.deepEqual(pool.answers(), [
      '1 transaction too large',
      '2 accepted',
      '3 transaction too large',
    ])
    assert.equal(pool.count, 1)
  })

  it('goes when batches get smaller than it is, and may come again when they do not', () => {
    const pool = TestPool.ready().submit('12345').check(GOOD).submit('1234').check(GOOD)
    const block = (round: bigint, batchSizeBytesMax: bigint) =>
      pool.give({ kind: 'block', round, inMessages: [], batchSizeBytesMax })
    block(2n, 4n).submit('12345', { ticket: 1 })
    assert.equal(pool.count, 1)
    assert.equal(suggest(pool.state, upTo(9)).txs.length, 1)
    block(3n, 5n).give({ kind: 'synced', round: 3n }).submit('12345', { ticket: 2 }).check(GOOD)
    assert.deepEqual(pool.answers(), ['1 transaction too large', '2 accepted'])
  })

  it('waits for a block, for its trees, and for a runtime', () => {
    const pool = new TestPool().submit('a')
    pool.give({ kind: 'runtime', isReady: true })
    pool.give({ kind: 'block', round: 2n, inMessages: [], batchSizeBytesMax: 0n })
    pool.give({ kind: 'synced', round: 1n })
    assert.deepEqual(pool.all('check'), [])
    pool.give({ kind: 'synced', round: 2n })
    assert.equal(pool.all('check').length, 1)
    const late = TestPool.ready().give({ kind: 'runtime', isReady: false }).submit('a')
    assert.deepEqual(late.all('check'), [])
  })

  it('is checked again after a second if the runtime failed, in the old order', () => {
    for (const results of [undefined, [GOOD]]) {
      const pool = TestPool.ready().submit('a').submit('b').submit('c').check(GOOD)
      pool.give({ kind: 'checked', id: pool.last('check').id, results })
      assert.deepEqual(pool.last('set-pool-timer').afterMs, 1_000)
      pool.give({ kind: 'timeout', timer: 'check' })
      assert.deepEqual(pool.last('check').inputs, [input('b'), input('c')])
    }
  })

  it('ignores an answer that nobody waits for', () => {
    const pool = TestPool.ready().submit('a')
    pool.give({ kind: 'checked', id: 99, results: [GOOD] })
    assert.equal(pool.count, 0)
  })

  it('tells why it is not in the pool although it is good', () => {
    const pool = TestPool.ready()
      .submit('a', { ticket: 1 })
      .check(goodOf('s', 3, 4))
    pool.submit('b', { ticket: 2 }).check(goodOf('s', 4, 4))
    pool.submit('c', { ticket: 3 }).check(goodOf('s', 4, 4))
    pool.submit('d', { ticket: 4 }).check(goodOf('s', 4, 4, 1))
    assert.deepEqual(pool.answers(), [
      '1 transaction expired',
      '2 accepted',
      '3 replacement transaction underpriced',
      '4 accepted',
    ])
    assert.equal(pool.count, 1)
  })

  it('has the first sequence of its sender in a batch, as runtimes count up while they check', () => {
    const pool = TestPool.ready().submit('x').check(BAD)
    pool.submit('a')
    pool
      .submit('b')
      .submit('c')
      .check(goodOf('s', 0, 0))
      .check(goodOf('s', 1, 0), goodOf('s', 2, 1))
    assert.equal(suggest(pool.state, upTo(10)).txs.length, 3)
  })

  it('SENDER_SIZE_MAX: has a sender of so many bytes; a longer one is known by its hash', () => {
    const nameOf = (size: number) => {
      const pool = TestPool.ready()
        .submit('a')
        .check(goodOf('x'.repeat(size), 0))
      return entryOf(pool.state.main.byKey, toHex(hashOfBytes(input('a'))))?.sender ?? ''
    }
    assert.equal(nameOf(SENDER_SIZE_MAX), '78'.repeat(SENDER_SIZE_MAX))
    assert.match(nameOf(SENDER_SIZE_MAX + 1), /^hash [0-9a-f]{64}$/)
    assert.equal(nameOf(1_000_000).length, nameOf(SENDER_SIZE_MAX + 1).length)
    const one = goodOf('y'.repeat(1_000), 0)
    const pool = TestPool.ready().submit('a').check(one).submit('b').check(one)
    assert.equal(pool.count, 1, 'it is one sender all the same')
  })

  it('without a sender stands by itself', () => {
    const pool = TestPool.ready().submit('a').check(GOOD).submit('b').check(GOOD)
    assert.equal(suggest(pool.state, upTo(10)).txs.length, 2)
  })
})

describe('transactions of proposals and of messages', () => {
  it('are found by their hashes, and given to peers', () => {
    const pool = TestPool.ready().submit('main').check(GOOD).block(2n, ['message'])
    pool.give({ kind: 'propose', inputs: [input('proposed')] })
    const texts = ['proposed', 'nowhere', 'message', 'main']
    const hashes = texts.map((text) => hashOfBytes(input(text)))
    const found = hashes.map((hash) => findTransaction(pool.state, hash) !== undefined)
    assert.deepEqual(found, [true, false, true, true])
    assert.deepEqual(
      serveTransactions(pool.state, hashes),
      ['proposed', 'message', 'main'].map(input),
    )
  })

  it('stay for the round when the pool drops them', () => {
    const hash = hashOfBytes(input('a'))
    const pool = TestPool.ready()
      .submit('a')
      .check(GOOD)
      .give({ kind: 'hold', hashes: [hash] })
    pool.give({ kind: 'use', hashes: [hash] })
    assert.notEqual(findTransaction(pool.state, hash), undefined)
    pool.give({ kind: 'clear-proposed' })
    assert.equal(findTransaction(pool.state, hash), undefined)
  })

  it('are checked for the pool, too', () => {
    const pool = TestPool.ready()
      .give({ kind: 'propose', inputs: [input('a')] })
      .check(GOOD)
    assert.equal(pool.count, 1)
  })

  it(`are answered up to ${FETCHED_TRANSACTIONS_MAX} of a request`, () => {
    const texts = Array.from({ length: FETCHED_TRANSACTIONS_MAX + 1 }, (_, i) => `${i}`)
    const pool = TestPool.ready().give({ kind: 'propose', inputs: texts.map(input) })
    const hashes = texts.map((text) => hashOfBytes(input(text)))
    assert.equal(serveTransactions(pool.state, hashes).length, FETCHED_TRANSACTIONS_MAX)
  })
})

describe('the transactions of a pool', () => {
  it('are checked again every few rounds, and stay meanwhile', () => {
    const pool = TestPool.ready().submit('a').check(GOOD).submit('b').check(GOOD)
    for (let round = 2n; round <= 5n; round++) pool.block(round)
    assert.equal(pool.all('check').length, 2)
    pool.block(6n)
    assert.equal(pool.all('check').length, 3)
    assert.equal(pool.count, 2)
    const results = pool.last('check').inputs.map((one) => (one[0] === 0x61 ? BAD : GOOD))
    pool.check(...results)
    assert.equal(pool.count, 1)
    assert.equal(pool.all('available').length, 2)
    pool.submit('a').check(GOOD)
    assert.equal(pool.count, 2)
  })

  it('that a gap holds back are checked with each block, as others may have closed it', () => {
    const pool = TestPool.ready()
      .submit('a')
      .check(goodOf('s', 2, 1))
    assert.equal(suggest(pool.state, upTo(9)).txs.length, 0)
    pool.block(2n)
    assert.deepEqual(pool.last('check').inputs, [input('a')])
    pool.check(goodOf('s', 2, 2))
    assert.equal(suggest(pool.state, upTo(9)).txs.length, 1)
    assert.deepEqual(pool.last('available').inputs, [])
    pool.block(3n)
    assert.equal(pool.all('check').length, 2)
  })

  it('that a gap holds back are checked again if a block came while they were', () => {
    const pool = TestPool.ready().submit('a').block(2n)
    assert.equal(pool.all('check').length, 1)
    pool.check(goodOf('s', 2, 1))
    assert.equal(pool.all('check').length, 2)
    pool.check(goodOf('s', 2, 2))
    assert.deepEqual(nextOf(pool), ['a'])
    assert.equal(pool.all('check').length, 2)
  })

  it('do not come back from a check when they were used meanwhile', () => {
    const pool = TestPool.ready().submit('a').check(GOOD).give({ kind: 'recheck' })
    pool.give({ kind: 'use', hashes: [hashOfBytes(input('a'))] }).check(GOOD)
    assert.equal(pool.count, 0)
  })

  it('may be submitted again after the runtime rejected them', () => {
    const pool = TestPool.ready().submit('a').check(GOOD)
    pool.give({ kind: 'reject', hashes: [hashOfBytes(input('a'))] })
    assert.equal(pool.count, 0)
    pool.submit('a', { ticket: 1 }).check(GOOD)
    assert.deepEqual(pool.answers(), ['1 accepted'])
  })

  it('wait for another one where the runtime rejected what comes before them', () => {
    const pool = TestPool.ready()
    for (const [i, text] of ['a', 'b', 'c'].entries())
      pool.submit(text).check(goodOf('s', 5 + i, 5, 1))
    pool.give({ kind: 'begin-session', ...upTo(9) })
    pool.give({ kind: 'reject', hashes: [hashOfBytes(input('a'))] })
    assert.equal(pool.count, 2)
    assert.deepEqual(nextOf(pool), [])
    pool.block(2n).check(goodOf('s', 6, 5, 1))
    assert.deepEqual(nextOf(pool), [])
    pool.submit('other', { ticket: 1 }).check(goodOf('s', 5, 5))
    assert.deepEqual(pool.answers(), ['1 accepted'])
    assert.deepEqual(nextOf(pool), ['other', 'b', 'c'])
  })

  it('go back to the sequence in the state, where it was taken for more', () => {
    const pool = TestPool.ready()
      .submit('b')
      .check(goodOf('s', 6, 6))
    pool.submit('a', { ticket: 1 }).check(goodOf('s', 5, 5))
    assert.deepEqual(pool.answers(), ['1 accepted'])
    assert.deepEqual(nextOf(pool), ['a', 'b'])
  })

  it('do not go back to a state that does not know what was used meanwhile', () => {
    const pool = TestPool.ready()
    for (const [i, text] of ['a', 'b', 'c'].entries())
      pool.submit(text).check(goodOf('s', 5 + i, 5))
    pool.submit('d').give({ kind: 'use', hashes: [hashOfBytes(input('a'))] })
    pool.check(goodOf('s', 8, 5))
    assert.deepEqual(nextOf(pool), ['b', 'c', 'd'])
    // The block that was used may not have been told yet.
    pool.submit('e').check(goodOf('s', 9, 5))
    assert.deepEqual(nextOf(pool), ['b', 'c', 'd', 'e'])
    pool
      .block(2n)
      .submit('f')
      .check(goodOf('s', 10, 5))
    assert.deepEqual(nextOf(pool), [])
  })

  it('are given to a batch, and more when the runtime asks', () => {
    const pool = TestPool.ready().submit('a').check(GOOD).submit('b').check(GOOD)
    pool.give({ kind: 'begin-session', ...upTo(1) })
    pool.give({ kind: 'fetch-batch', id: 5, limit: 9 })
    assert.deepEqual(pool.last('suggested'), { kind: 'suggested', id: 5, inputs: [input('b')] })
    pool.give({ kind: 'fetch-batch', id: 6, limit: 9 })
    assert.deepEqual(pool.last('suggested').inputs, [])
  })

  it('are given to a batch as long as there is room for more, however often the runtime asks', () => {
    const rooms: readonly [Partial<BatchRoom>, number][] = [
      [{ count: 3 }, 3],
      [{ bytes: 4 }, 4],
      [{ bytes: 0 }, 0],
      [{ count: 0 }, 0],
      [{ count: 0, atLeast: 3 }, 3],
      [{ bytes: 0, atLeast: 2 }, 2],
      [{ count: 4, atLeast: 2 }, 4],
      [{ atMost: 3 }, 3],
      [{ atLeast: 5, atMost: 0 }, 0],
    ]
    for (const [room, total] of rooms) {
      const pool = TestPool.ready()
      for (const name of 'abcde') pool.submit(name).check(GOOD)
      pool.give({ kind: 'begin-session', ...upTo(1), room: { ...ROOMY, ...room } })
      for (let id = 0; id < 4; id++) pool.give({ kind: 'fetch-batch', id, limit: 1 })
      const given = pool.all('suggested').flatMap(({ inputs }) => inputs)
      assert.equal(given.length, Math.max(0, total - 1))
    }
  })

  it('are given to a batch beyond its room only for a while', () => {
    for (const [afterMs, given] of [
      [99, 2],
      [100, 0],
    ] as const) {
      const pool = TestPool.ready()
      for (const name of 'abc') pool.submit(name).check(GOOD)
      const room = { ...ROOMY, count: 1, atLeast: 3 }
      pool.give({ kind: 'begin-session', ...upTo(1), room })
      pool.nowMs += afterMs
      pool.give({ kind: 'fetch-batch', id: 1, limit: 9 })
      assert.equal(pool.last('suggested').inputs.length, given)
    }
  })

  it('are published with a delay after a block, and again when the network has forgotten', () => {
    const pool = TestPool.ready().block(2n)
    pool.nowMs += 50
    pool.submit('a').check(GOOD)
    assert.equal(pool.last('set-pool-timer').afterMs, 150)
    pool.nowMs += 150
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.equal(pool.last('set-pool-timer').afterMs, 125_000)
    pool.nowMs += 124_999
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.equal(pool.all('publish').length, 1)
    pool.nowMs += 1
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.equal(pool.all('publish').length, 2)
  })

  it('of others were published just now', () => {
    const pool = TestPool.ready().submit('a', { origin: 'remote' }).check(GOOD)
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.deepEqual(pool.all('publish'), [])
  })

  it('are published again soon if that failed', () => {
    const pool = TestPool.ready()
      .submit('a')
      .check(GOOD)
      .give({ kind: 'timeout', timer: 'publish' })
    pool.give({ kind: 'publish-failed', hashes: [hashOfBytes(input('a'))] })
    assert.equal(pool.last('set-pool-timer').afterMs, 1_000)
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.equal(pool.all('publish').length, 2)
  })

  it('wait with those that failed until it is worth a try', () => {
    const pool = TestPool.ready().submit('a').check(GOOD)
    pool.give({ kind: 'timeout', timer: 'publish' })
    pool.give({ kind: 'publish-failed', hashes: [hashOfBytes(input('a'))] })
    const timers = pool.all('set-pool-timer').length
    pool.nowMs += 100
    pool.submit('b').check(GOOD)
    assert.equal(pool.all('set-pool-timer').length, timers)
    pool.nowMs += 900
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.deepEqual(
      pool.last('publish').transactions.map((tx) => tx.input),
      [input('a'), input('b')],
    )
  })
})

describe('a pool that is configured', () => {
  const submitted = (pool: TestPool, names: string) => {
    for (const name of names) pool.submit(name, { ticket: name.codePointAt(0)! })
    return pool
  }

  it('keeps so many transactions, and has a tenth more checked', () => {
    const pool = new TestPool({ countMax: 10 })
    submitted(pool, 'abcdefghijkl')
    assert.deepEqual(pool.answers(), ['108 check queue is full'])
    pool.give({ kind: 'runtime', isReady: true }).block(1n)
    pool.check(...Array.from({ length: 11 }, () => GOOD))
    assert.equal(pool.count, 10)
  })

  it('has so many checked at once', () => {
    const pool = submitted(TestPool.ready({ checkBatchMax: 2 }), 'abcd')
    pool.check(GOOD)
    assert.equal(pool.last('check').inputs.length, 2)
  })

  it('remembers so many', () => {
    const pool = TestPool.ready({ seenMax: 2 })
    for (const name of 'abc') pool.submit(name).check(GOOD)
    const seen = [...'abc'].map((name) => seenOf(pool.state.seen, toHex(hashOfBytes(input(name)))))
    assert.deepEqual(
      seen.map((one) => one !== undefined),
      [false, true, true],
    )
  })

  it('has all checked again after more than so many rounds', () => {
    const pool = TestPool.ready({ recheckRounds: 1n }).submit('a').check(GOOD)
    const checks = () => pool.all('check').length
    pool.block(1n)
    assert.equal(checks(), 1)
    pool.block(2n)
    assert.equal(checks(), 2)
    pool.check(GOOD).block(3n)
    assert.equal(checks(), 2)
    pool.block(4n)
    assert.equal(checks(), 3)
  })

  it('publishes again after so long, and not before others take it for another message', () => {
    for (const [republishMs, waitedMs] of [
      [1_000, 125_000],
      [125_001, 125_001],
    ] as const) {
      const pool = TestPool.ready({ republishMs }).submit('a').check(GOOD)
      pool.give({ kind: 'timeout', timer: 'publish' })
      assert.equal(pool.last('set-pool-timer').afterMs, waitedMs)
      pool.nowMs += waitedMs - 1
      pool.give({ kind: 'timeout', timer: 'publish' })
      assert.equal(pool.all('publish').length, 1)
      pool.nowMs += 1
      pool.give({ kind: 'timeout', timer: 'publish' })
      assert.equal(pool.all('publish').length, 2)
    }
  })
})

describe('the bounds of a pool', () => {
  it(`are ${CHECK_BATCH_MAX} transactions in a check, and ${PUBLISH_COUNT_MAX} at once to others`, () => {
    const pool = TestPool.ready().submit('first')
    for (let i = 0; i <= CHECK_BATCH_MAX; i++) pool.submit(`${i}`)
    pool.check(GOOD)
    assert.equal(pool.last('check').inputs.length, CHECK_BATCH_MAX)
    pool.check(...Array.from({ length: CHECK_BATCH_MAX }, () => GOOD))
    assert.equal(pool.last('check').inputs.length, 1)
    pool.check(GOOD)
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.equal(pool.last('publish').transactions.length, PUBLISH_COUNT_MAX)
    assert.equal(pool.last('set-pool-timer').afterMs, 100)
    pool.nowMs += 100
    pool.give({ kind: 'timeout', timer: 'publish' })
    const rest = CHECK_BATCH_MAX + 2 - PUBLISH_COUNT_MAX
    assert.equal(pool.last('publish').transactions.length, rest)
    pool.nowMs += 125_000
    pool.give({ kind: 'timeout', timer: 'publish' })
    assert.equal(pool.last('publish').transactions.length, PUBLISH_COUNT_MAX)
    assert.equal(pool.last('set-pool-timer').afterMs, 1_000)
  })

  it(`are ${CALL_SIZE_MAX} bytes of transactions in a check`, () => {
    const count = 16
    const rest = CALL_SIZE_MAX - count * TRANSACTION_SIZE_MAX
    const ofSize = (i: number, size: number) => new Uint8Array(size).fill(i, 0, 8)
    for (const [last, checked] of [
      [rest, count + 1],
      [rest + 1, count],
    ] as const) {
      const pool = new TestPool()
      const sizes = [...Array(count).fill(TRANSACTION_SIZE_MAX), last]
      for (const [i, size] of sizes.entries())
        pool.give({ kind: 'submit', input: ofSize(i, size), origin: 'remote' })
      pool.give({ kind: 'block', round: 1n, inMessages: [], batchSizeBytesMax: 0n })
      pool.give({ kind: 'runtime', isReady: true }).give({ kind: 'synced', round: 1n })
      assert.equal(pool.last('check').inputs.length, checked)
    }
  })

  it(`are ${SUGGESTION_COUNT_MAX} transactions for a batch at once`, () => {
    const pool = TestPool.ready()
    let { pending } = pool.state
    for (let i = 0; i <= SUGGESTION_COUNT_MAX; i++) pending = withCheck(pending, checkOf(`${i}`))
    pool.state = { ...pool.state, pending }
    pool.give({ kind: 'synced', round: 1n })
    while (pool.state.running !== undefined) {
      pool.check(...pool.last('check').inputs.map(() => GOOD))
    }
    assert.equal(pool.count, SUGGESTION_COUNT_MAX + 1)
    assert.equal(suggest(pool.state, upTo(SUGGESTION_COUNT_MAX)).txs.length, SUGGESTION_COUNT_MAX)
    assert.equal(
      suggest(pool.state, upTo(SUGGESTION_COUNT_MAX + 1)).txs.length,
      SUGGESTION_COUNT_MAX,
    )
  })

  it(`are ${CALL_SIZE_MAX} bytes for a batch at once, also where more is given than fits`, () => {
    const count = 16
    const rest = CALL_SIZE_MAX - count * TRANSACTION_SIZE_MAX
    const ofSize = (i: number, size: number) => new Uint8Array(size).fill(i, 0, 8)
    const room = { ...ROOMY, atLeast: 20 }
    for (const [last, given] of [
      [rest, count + 1],
      [rest + 1, count],
    ] as const) {
      const pool = new TestPool()
      pool.give({ kind: 'block', round: 1n, inMessages: [], batchSizeBytesMax: 0n })
      pool.give({ kind: 'runtime', isReady: true }).give({ kind: 'synced', round: 1n })
      const sizes = [...Array(count).fill(TRANSACTION_SIZE_MAX), last]
      for (const [i, size] of sizes.entries())
        pool.give({ kind: 'submit', input: ofSize(i, size), origin: 'remote' }).check(GOOD)
      const bounds = { ...upTo(20), room }
      assert.equal(suggest(pool.state, bounds).txs.length, given)
      pool.give({ kind: 'begin-session', ...bounds })
      pool.give({ kind: 'fetch-batch', id: 1, limit: 20 })
      assert.equal(pool.last('suggested').inputs.length, count + 1 - given)
    }
  })

  it(`are ${CHECK_COUNT} transactions that wait to be checked`, () => {
    const pool = new TestPool()
    let { pending } = pool.state
    for (let i = 0; i < CHECK_COUNT - 1; i++) pending = withCheck(pending, checkOf(`${i}`, i))
    pool.state = { ...pool.state, pending }
    pool.submit('last', { ticket: 1 }).submit('too many', { ticket: 2 })
    assert.deepEqual(pool.answers(), ['2 check queue is full'])
  })

  it(`are ${SEEN_COUNT_MAX} transactions that were seen, of which the oldest are forgotten`, () => {
    const see = (cache: SeenCache, key: string, publishedMs: number | undefined) =>
      withSeen(cache, toHex(hashOfBytes(input(key))), publishedMs, SEEN_COUNT_MAX)
    const at = (cache: SeenCache, key: string) => seenOf(cache, toHex(hashOfBytes(input(key))))
    let seen = see(NOTHING_SEEN, 'oldest', 1)
    for (let i = 2; i < SEEN_COUNT_MAX; i++) seen = see(seen, `${i}`, undefined)
    seen = see(seen, 'newest', undefined)
    assert.equal(at(seen, 'oldest')?.publishedMs, 1)
    assert.equal(at(see(seen, 'more', 0), 'oldest'), undefined)
    const touched = see(see(seen, 'oldest', 2), 'more', 0)
    assert.equal(at(touched, 'oldest')?.publishedMs, 2)
    assert.equal(at(touched, '2'), undefined)
    const more = toHex(hashOfBytes(input('more')))
    assert.equal(seenOf(withoutSeen(touched, more), more), undefined)
  })

  it(`are ${PROPOSED_COUNT_MAX} transactions of proposals`, () => {
    const pool = new TestPool()
    let { proposed } = pool.state
    for (let i = 1; i < PROPOSED_COUNT_MAX; i++)
      proposed = withEntry(proposed, keyAt(i), input('x'))
    pool.state = { ...pool.state, proposed }
    pool.give({ kind: 'propose', inputs: [input('last'), input('too many')] })
    assert.equal(pool.state.proposed.size, PROPOSED_COUNT_MAX)
    assert.notEqual(findTransaction(pool.state, hashOfBytes(input('last'))), undefined)
  })

  it(`are ${POOL_COUNT_MAX} transactions, of which the lowest priority goes`, () => {
    const pool = TestPool.ready()
    let { main } = pool.state
    for (let i = 1; i < POOL_COUNT_MAX; i++) {
      const place = { sender: `sender ${i}`, seq: 0n, priority: 1n, arrival: -i }
      const tx = { input: input('x'), hash: hashOfBytes(input('x')), key: keyAt(i), ...place }
      main = withTransaction(main, tx, { stateSeq: 0n, round: 0n, countMax: POOL_COUNT_MAX }).queue
    }
    pool.state = { ...pool.state, main }
    const submitted = [0, 0, 2].map((priority, i) => goodOf(`s${i}`, 0, 0, priority))
    pool.submit('a', { ticket: 1 }).check(submitted[0]!)
    assert.equal(pool.count, POOL_COUNT_MAX)
    pool.submit('b', { ticket: 2 }).check(submitted[1]!)
    pool.submit('c', { ticket: 3 }).check(submitted[2]!)
    assert.deepEqual(pool.answers(), ['1 accepted', '2 transaction underpriced', '3 accepted'])
    assert.equal(pool.count, POOL_COUNT_MAX)
    assert.equal(findTransaction(pool.state, hashOfBytes(input('a'))), undefined)
  })

  it(`are ${POOL_SIZE_MAX} bytes`, () => {
    const pool = new TestPool()
    const pending = { ...pool.state.pending, sizeBytes: POOL_SIZE_MAX - 4 }
    pool.state = { ...pool.state, pending }
    pool.submit('four', { ticket: 1 }).submit('x', { ticket: 2 })
    assert.deepEqual(pool.answers(), ['2 check queue is full'])
  })
})

/** A hash as text that costs nothing; none that is made of bytes has it. */
const keyAt = (place: number) => place.toString(16).padStart(64, '0')

/** A check of a transaction whose hash costs nothing. */
function checkOf(text: string, place?: number): PendingCheck {
  const hash = hashOfBytes(place === undefined ? input(text) : input('same'))
  const key = place === undefined ? toHex(hash) : keyAt(place)
  const one = { input: input(text), hash, key, ticket: undefined, isDryRun: false }
  return { ...one, origin: 'remote' }
}
