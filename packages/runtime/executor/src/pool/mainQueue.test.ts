import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { hashOfBytes } from '@wadi/primitives/hash'
import fc from 'fast-check'
import { valuesOf } from '../persistent/sortedMap.ts'
import {
  type BatchRoom,
  EMPTY_QUEUE,
  keptBack,
  type MainQueue,
  type SequenceInState,
  transactionsOf,
  withNewSession,
  withNextScheduled,
  withoutTransaction,
  withoutUsed,
  withTransaction,
} from './mainQueue.ts'
import type { PoolTransaction } from './transaction.ts'

const NO_BOUND = { stateSeq: 0n, round: 0n, countMax: 1_000 }
const ROOMY: BatchRoom = { count: 1_000, bytes: 1_000_000, atLeast: 0, atMost: 1_000 }

let arrivals = 0
function tx(sender: string, seq: number, priority = 0): PoolTransaction {
  arrivals++
  const input = toUtf8(`${sender}${seq} at ${priority} (${arrivals})`)
  const hash = hashOfBytes(input)
  const place = { sender, seq: BigInt(seq), priority: BigInt(priority), arrival: arrivals }
  return { input, hash, key: toHex(hash), ...place }
}

const nameOf = ({ sender, seq, priority }: PoolTransaction) => `${sender}${seq}@${priority}`

function queueOf(...txs: readonly PoolTransaction[]): MainQueue {
  let queue = EMPTY_QUEUE
  for (const one of txs) queue = withTransaction(queue, one, NO_BOUND).queue
  return queue
}

function scheduled(given: MainQueue, count: number): { queue: MainQueue; names: string[] } {
  let queue = given
  const names: string[] = []
  while (names.length < count) {
    const next = withNextScheduled(queue)
    if (next === undefined) break
    queue = next.queue
    names.push(nameOf(next.tx))
  }
  return { queue, names }
}

const begin = (queue: MainQueue, room: Partial<BatchRoom> = {}) =>
  withNewSession(queue, { ...ROOMY, ...room })
const batchOf = (queue: MainQueue, room?: Partial<BatchRoom>) =>
  scheduled(begin(queue, room), 1_000).names

describe('the queue of transactions', () => {
  it('schedules by priority, then by arrival, and each sender in order', () => {
    const queue = queueOf(tx('a', 1, 9), tx('a', 0, 1), tx('b', 0, 5), tx('c', 0, 5), tx('b', 1, 7))
    assert.deepEqual(batchOf(queue), ['b0@5', 'b1@7', 'c0@5', 'a0@1', 'a1@9'])
  })

  it('leaves out what comes after a gap', () => {
    assert.deepEqual(batchOf(queueOf(tx('a', 0), tx('a', 2), tx('b', 1))), ['a0@0'])
  })

  it('gives nothing twice in a batch, and all again in the next', () => {
    const first = scheduled(begin(queueOf(tx('a', 0), tx('a', 1), tx('b', 0))), 2)
    assert.deepEqual(first.names, ['a0@0', 'a1@0'])
    assert.deepEqual(scheduled(first.queue, 9).names, ['b0@0'])
    assert.deepEqual(batchOf(first.queue), ['a0@0', 'a1@0', 'b0@0'])
  })

  it('gives no more than a batch has room for, however often it is asked', () => {
    const [first, second, third] = [tx('a', 0), tx('b', 0), tx('c', 0)]
    const queue = queueOf(first, second, third)
    const bytes = first.input.length + second.input.length
    assert.deepEqual(batchOf(queue, { count: 3, bytes }), ['a0@0', 'b0@0'])
    assert.deepEqual(batchOf(queue, { count: 3, bytes: bytes - 1 }), ['a0@0'])
    assert.deepEqual(batchOf(queue, { count: 2, bytes: 1_000 }), ['a0@0', 'b0@0'])
    assert.deepEqual(batchOf(queue, { count: 0, bytes: 1_000 }), [])
    const full = scheduled(begin(queue, { count: 2, bytes: 1_000 }), 1).queue
    assert.deepEqual(scheduled(full, 9).names, ['b0@0'])
    assert.deepEqual(scheduled(queue, 9).names, [], 'no batch is being made')
  })

  it('gives more than a batch has room for where that is wanted, and keeps back the rest', () => {
    const [first, second, third] = [tx('a', 0), tx('b', 0), tx('c', 0)]
    const queue = queueOf(first, second, third)
    const keptAfter = (room: Partial<BatchRoom>) => {
      const { queue: after, names } = scheduled(begin(queue, room), 9)
      return [names.length, keptBack(after)] as const
    }
    assert.deepEqual(keptAfter({ count: 1, bytes: 0, atLeast: 2 }), [2, third])
    assert.deepEqual(keptAfter({ count: 2, atLeast: 1 }), [2, third])
    assert.deepEqual(keptAfter({ count: 0, atLeast: 9, atMost: 1 }), [1, second])
    assert.deepEqual(keptAfter({ atMost: 0 }), [0, first])
    assert.deepEqual(keptAfter({}), [3, undefined])
  })

  it('gives what comes while a batch is made', () => {
    const { queue } = scheduled(begin(queueOf(tx('a', 0))), 1)
    const longer = withTransaction(queue, tx('a', 1), NO_BOUND).queue
    assert.deepEqual(scheduled(longer, 9).names, ['a1@0'])
    const other = withTransaction(queue, tx('b', 0), NO_BOUND).queue
    assert.deepEqual(scheduled(other, 9).names, ['b0@0'])
  })

  it('goes on after what was used, and after what the state knows', () => {
    const [a0, a1, a2] = [tx('a', 0), tx('a', 1), tx('a', 2)]
    const queue = queueOf(a0, a1, a2)
    assert.deepEqual(batchOf(withoutUsed(queue, a1.key, 0n)), ['a2@0'])
    const known = { ...NO_BOUND, stateSeq: 2n }
    assert.deepEqual(batchOf(withTransaction(queue, tx('a', 3), known).queue), ['a2@0', 'a3@0'])
    assert.equal(withoutUsed(queue, tx('z', 0).key, 0n), queue)
  })

  it('goes back to what the state knows, unless it is older than what was used', () => {
    const queue = withTransaction(EMPTY_QUEUE, tx('a', 3), { ...NO_BOUND, stateSeq: 2n }).queue
    const again = withTransaction(queue, tx('a', 2), { ...NO_BOUND, stateSeq: 1n }).queue
    assert.deepEqual(batchOf(withTransaction(again, tx('a', 1), NO_BOUND).queue), [])
    const one = { ...NO_BOUND, stateSeq: 1n }
    assert.deepEqual(batchOf(withTransaction(again, tx('a', 1), one).queue), [
      'a1@0',
      'a2@0',
      'a3@0',
    ])
    const first = tx('a', 2)
    const used = withoutUsed(withTransaction(queue, first, NO_BOUND).queue, first.key, 7n)
    const upon = (round: bigint) =>
      batchOf(withTransaction(used, tx('a', 4), { ...NO_BOUND, stateSeq: 2n, round }).queue)
    assert.deepEqual(upon(7n), ['a3@0', 'a4@0'])
    assert.deepEqual(upon(8n), [])
  })

  it('keeps the rest in its place where one is taken out or replaced', () => {
    const [a0, a1, a2] = [tx('a', 0), tx('a', 1), tx('a', 2)]
    const queue = withoutTransaction(queueOf(a0, a1, a2), a0)
    assert.deepEqual(batchOf(queue), [])
    const other = withTransaction(queue, tx('a', 0), NO_BOUND).queue
    assert.deepEqual(batchOf(other), ['a0@0', 'a1@0', 'a2@0'])
    const used = withoutUsed(queueOf(a0, a1), a0.key, 7n)
    const replaced = withTransaction(used, tx('a', 1, 1), { ...NO_BOUND, round: 7n }).queue
    assert.deepEqual(batchOf(replaced), ['a1@1'])
    assert.deepEqual(
      batchOf(withTransaction(replaced, tx('a', 2), { ...NO_BOUND, round: 7n }).queue),
      ['a1@1', 'a2@0'],
    )
  })

  it('refuses in the words of the reference', () => {
    const queue = queueOf(tx('a', 1, 5))
    const outcome = (one: PoolTransaction, bounds: Partial<typeof NO_BOUND> = {}) => {
      const { added } = withTransaction(queue, one, { ...NO_BOUND, ...bounds })
      return added.kind === 'refused' ? added.why : added.kind
    }
    assert.equal(outcome(tx('a', 0), { stateSeq: 1n }), 'transaction expired')
    assert.equal(outcome(tx('b', 0), { stateSeq: 1n }), 'transaction expired')
    assert.equal(outcome(tx('a', 1, 5)), 'replacement transaction underpriced')
    assert.equal(outcome(tx('a', 1, 6)), 'replaced')
    assert.equal(outcome(tx('b', 0, 5), { countMax: 1 }), 'transaction underpriced')
    assert.equal(outcome(tx('b', 0, 6), { countMax: 1 }), 'added')
    assert.equal(outcome(tx('b', 0, 0), { countMax: 2 }), 'added')
  })

  it('lets the lowest priority go, of equal ones the last', () => {
    const [low, last] = [tx('a', 0, 1), tx('b', 0, 1)]
    const full = queueOf(low, last)
    const { queue, added } = withTransaction(full, tx('c', 0, 2), { ...NO_BOUND, countMax: 2 })
    assert.deepEqual(added, { kind: 'added', evicted: last })
    assert.deepEqual(batchOf(queue), ['c0@2', 'a0@1'])
  })
})

/** The same, as slowly as one would say it. */
class PlainQueue {
  txs: PoolTransaction[] = []
  readonly seqs = new Map<string, bigint>()
  readonly usedIn = new Map<string, bigint>()
  batch: PoolTransaction[] = []
  room: BatchRoom = { count: 0, bytes: 0, atLeast: 0, atMost: 0 }

  of(sender: string) {
    return this.txs.filter((one) => one.sender === sender)
  }

  forward(sender: string, seq: bigint) {
    const known = this.seqs.get(sender)
    if (known === undefined || seq <= known) return
    this.seqs.set(sender, seq)
    this.txs = this.txs.filter((one) => one.sender !== sender || one.seq >= seq)
    this.forget(sender)
  }

  forget(sender: string) {
    if (this.of(sender).length > 0) return
    this.seqs.delete(sender)
    this.usedIn.delete(sender)
  }

  learn(sender: string, { stateSeq, round }: SequenceInState) {
    const known = this.seqs.get(sender)
    const usedIn = this.usedIn.get(sender) ?? -1n
    if (known !== undefined && stateSeq < known && usedIn < round) this.seqs.set(sender, stateSeq)
    this.forward(sender, stateSeq)
  }

  add(one: PoolTransaction, inState: SequenceInState, countMax: number) {
    const { stateSeq } = inState
    this.learn(one.sender, inState)
    const seq = this.seqs.get(one.sender) ?? stateSeq
    if (one.seq < seq) return
    const old = this.of(one.sender).find((other) => other.seq === one.seq)
    if (old !== undefined && old.priority >= one.priority) return
    this.seqs.set(one.sender, seq)
    this.txs = [...this.txs.filter((other) => other !== old), one]
    if (this.txs.length <= countMax) return
    const lowest = this.sorted(this.txs).at(-1)!
    this.txs = this.txs.filter((other) => other !== lowest)
    this.forget(lowest.sender)
  }

  take(one: PoolTransaction) {
    this.txs = this.txs.filter((other) => other !== one)
    this.forget(one.sender)
  }

  use(one: PoolTransaction, round: bigint) {
    this.usedIn.set(one.sender, round)
    this.take(one)
    this.forward(one.sender, one.seq + 1n)
  }

  sorted(txs: readonly PoolTransaction[]) {
    return [...txs].sort((a, b) => Number(b.priority - a.priority) || a.arrival - b.arrival)
  }

  next(): PoolTransaction | undefined {
    const ready = this.txs.filter((one) => {
      const last = this.batch.findLast(({ sender }) => sender === one.sender)
      return one.seq === (last === undefined ? this.seqs.get(one.sender) : last.seq + 1n)
    })
    const [first] = this.sorted(ready)
    const given = this.given + (first?.input.length ?? 0)
    const { count, bytes, atLeast, atMost } = this.room
    const { length } = this.batch
    const fits = length < count && given <= bytes
    if (length >= atMost || (length >= atLeast && !fits)) return undefined
    if (first !== undefined) this.batch.push(first)
    return first
  }

  /** Bytes of the batch. */
  get given(): number {
    return this.batch.reduce((sum, { input }) => sum + input.length, 0)
  }
}

describe('the queue of transactions, beside one that is plain', () => {
  const round = fc.bigInt({ min: 0n, max: 2n })
  const action = fc.oneof(
    fc.record({
      kind: fc.constant('add' as const),
      sender: fc.constantFrom('a', 'b', 'c'),
      seq: fc.integer({ min: 0, max: 5 }),
      priority: fc.integer({ min: 0, max: 3 }),
      stateSeq: fc.integer({ min: 0, max: 3 }),
      round,
    }),
    fc.record({ kind: fc.constant('use' as const), which: fc.nat(9), round }),
    fc.record({ kind: fc.constant('take' as const), which: fc.nat(9) }),
    fc.record({
      kind: fc.constant('begin' as const),
      count: fc.nat(6),
      bytes: fc.nat(80),
      atLeast: fc.nat(6),
      atMost: fc.nat(6),
    }),
    fc.record({ kind: fc.constant('next' as const) }),
  )

  it('holds and schedules the same, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60, size: 'max' }), (actions) => {
        const plain = new PlainQueue()
        let queue = EMPTY_QUEUE
        for (const one of actions) {
          if (one.kind === 'add') {
            const added = tx(one.sender, one.seq, one.priority)
            const stateSeq = BigInt(one.stateSeq)
            const inState = { stateSeq, round: one.round }
            plain.add(added, inState, 7)
            queue = withTransaction(queue, added, { ...inState, countMax: 7 }).queue
          } else if (one.kind === 'use' || one.kind === 'take') {
            const gone = plain.txs[one.which]
            if (gone === undefined) continue
            if (one.kind === 'use') plain.use(gone, one.round)
            else plain.take(gone)
            queue =
              one.kind === 'use'
                ? withoutUsed(queue, gone.key, one.round)
                : withoutTransaction(queue, gone)
          } else if (one.kind === 'begin') {
            plain.batch = []
            plain.room = one
            queue = withNewSession(queue, one)
          } else {
            const next = withNextScheduled(queue)
            assert.equal(next?.tx.key, plain.next()?.key)
            queue = next?.queue ?? queue
          }
          assert.deepEqual([...valuesOf(queue.all)], plain.sorted(plain.txs))
          const sizes = plain.txs.map(({ input }) => input.length)
          assert.equal(
            queue.sizeBytes,
            sizes.reduce((sum, size) => sum + size, 0),
          )
          assert.equal([...transactionsOf(queue)].length, plain.txs.length)
        }
      }),
      { numRuns: 300 },
    )
  })
})
