import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make, zero } from '@wadi/cbor/codec'
import { hashOfMessages, Message, StakingMessage } from '@wadi/consensus/roothash/messages'
import { Transfer } from '@wadi/consensus/staking/methods'
import { quantity } from '@wadi/primitives/quantity'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { CALL_SIZE_MAX, SCHEDULED_COUNT_MAX, SENT_SIZE_MAX } from '../limits.ts'
import { BY_RANK, firstBase, TestRound } from '../testing/testRound.ts'
import { type ToyTransaction, toyTransaction } from '../testing/toyRuntime.ts'
import { roomOfBatch } from './batchSize.ts'

const [PRIMARY] = BY_RANK

/** Transactions of so many senders. */
function transactions(
  count: number,
  given: Partial<ToyTransaction> = {},
  name = 's',
): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, i) => toyTransaction({ sender: name + i, ...given }))
}

const hashesOf = (inputs: readonly Uint8Array[]) => inputs.map(hashOfTransaction)

/** A scheduler that begins a batch only when all of its transactions are there. */
function schedulerWith(
  inputs: readonly Uint8Array[],
  options: Parameters<typeof firstBase>[0] = {},
): TestRound {
  const node = new TestRound(PRIMARY, firstBase(options))
  node.round({ kind: 'runtime-status', initialBatchSize: undefined }).submit(...inputs)
  node.pool({ kind: 'runtime', isReady: true })
  return node.round({ kind: 'runtime-status', initialBatchSize: 50 })
}

/** The runtime's answer to the last call, changed. */
function answer(node: TestRound, changes: Partial<ExecuteTxBatchResponse> = {}): TestRound {
  const { id } = node.last('execute')
  const honest = node.storage.execute(node.last('execute'))!
  return node.round({ kind: 'executed', id, response: { ...honest, ...changes } })
}

/** The runtime's answer to the last call, with other messages. */
function answerWith(node: TestRound, messages: readonly Message[]): TestRound {
  const { batch } = node.storage.execute(node.last('execute'))!
  const header = { ...batch.header, messagesHash: hashOfMessages(messages) }
  return answer(node, { batch: { ...batch, header, messages } })
}

/** A message of so many bytes, which are as many as a quantity takes. */
function messageOf(bytes: number): Message {
  const withAmount = (size: number) => {
    const transfer = { ...zero(Transfer), amount: quantity(1n << BigInt(8 * (size - 1))) }
    return make(Message, { staking: make(StakingMessage, { transfer }) })
  }
  const around = encode(Message, withAmount(bytes)).length - bytes
  return withAmount(bytes - around)
}

/** With how many transactions each batch was begun. */
const sizesOf = (node: TestRound) => node.all('execute').map(({ inputs }) => inputs.length)

const waiting = (node: TestRound) => node.state.pool.main.byKey.size

describe('a batch that is made', () => {
  it('begins with no more transactions and bytes than the descriptor allows', () => {
    const inputs = transactions(9)
    const [{ length }] = inputs as [Uint8Array]
    assert.deepEqual(sizesOf(schedulerWith(inputs, { maxBatchSize: 4n })), [4])
    const maxBatchSizeBytes = BigInt(3 * length)
    assert.deepEqual(sizesOf(schedulerWith(inputs, { maxBatchSizeBytes })), [3])
    const less = { maxBatchSizeBytes: maxBatchSizeBytes - 1n }
    assert.deepEqual(sizesOf(schedulerWith(inputs, less)), [2])
    assert.deepEqual(sizesOf(schedulerWith(inputs, { maxBatchSizeBytes: 0n })), [9])
  })

  it('gets no more than what is left of that when the runtime asks', () => {
    const node = new TestRound(PRIMARY, firstBase({ maxBatchSize: 4n }))
    node.round({ kind: 'runtime-status', initialBatchSize: 3 }).submit(...transactions(1))
    node.submit(...transactions(9, { seq: 1 }))
    const fetch = (id: number) =>
      node.pool({ kind: 'fetch-batch', id, limit: 2 }).last('suggested').inputs.length
    assert.equal(node.last('execute').inputs.length, 1)
    assert.deepEqual([fetch(1), fetch(2), fetch(3)], [1, 0, 0])
  })

  it(`SCHEDULED_COUNT_MAX: has at most ${SCHEDULED_COUNT_MAX}, and ${CALL_SIZE_MAX} bytes`, () => {
    const roomWith = (maxBatchSize: bigint, maxBatchSizeBytes: bigint) => {
      const node = new TestRound(PRIMARY, firstBase({ maxBatchSize, maxBatchSizeBytes }))
      return roomOfBatch(node.state.round.round!, 0)
    }
    const most = BigInt(SCHEDULED_COUNT_MAX)
    assert.equal(roomWith(most - 1n, 5n).count, SCHEDULED_COUNT_MAX - 1)
    assert.equal(roomWith(most, 5n).count, SCHEDULED_COUNT_MAX)
    assert.equal(roomWith(2n ** 64n - 1n, 5n).count, SCHEDULED_COUNT_MAX)
    const bytes = BigInt(CALL_SIZE_MAX)
    assert.equal(roomWith(1n, bytes).bytes, CALL_SIZE_MAX)
    assert.equal(roomWith(1n, bytes + 1n).bytes, CALL_SIZE_MAX)
    assert.equal(roomWith(1n, 0n).bytes, CALL_SIZE_MAX)
  })
})

describe('a batch that came out too large', () => {
  it('is made again with half as many transactions, until it is not', () => {
    const node = schedulerWith(transactions(10, { key: 'send', value: '1' }), { maxMessages: 3 })
    node.execute().execute()
    assert.deepEqual(sizesOf(node), [10, 5, 2])
    assert.deepEqual(node.all('propose'), [])
    assert.deepEqual(
      node.all('set-timer').filter(({ timer }) => timer === 'retry'),
      [],
    )
    node.execute()
    assert.equal(node.last('propose').proposal.batch.length, 2)
    assert.equal(waiting(node), 10, 'nothing is lost')
  })

  it('is one of too many transactions or bytes, too, whatever the runtime was given', () => {
    const inputs = transactions(8)
    for (const options of [{ maxBatchSize: 4n }, { maxBatchSizeBytes: 100n }]) {
      const node = schedulerWith(inputs, options)
      const [first] = sizesOf(node)
      answer(node, { txHashes: hashesOf(inputs) })
      assert.deepEqual(sizesOf(node), [first, first! >> 1])
      answer(node)
      assert.equal(node.last('propose').proposal.batch.length, first! >> 1)
    }
  })

  it('of a single transaction is made without it, which is rejected if that is right', () => {
    for (const bad of [{ key: 'send', value: '33' }, { key: 'send-nothing' }]) {
      const [input] = transactions(1, bad)
      const node = schedulerWith([input!, ...transactions(3, { sender: 'good' })]).execute()
      assert.deepEqual(sizesOf(node), [2, 1])
      node.execute()
      assert.deepEqual(sizesOf(node), [2, 1, 0])
      assert.equal(waiting(node), 2)
      node.execute()
      assert.deepEqual(node.all('propose'), [], 'it was made for transactions, and has none')
      assert.equal(waiting(node), 1)
      node.timeout('retry').execute()
      assert.deepEqual(sizesOf(node), [2, 1, 0, 1])
      assert.equal(node.last('propose').proposal.batch.length, 1)
      node.submit(input!)
      assert.equal(waiting(node), 2, 'it may come again')
    }
  })

  it('rejects nothing if the batch of none is too large itself, and is not made again at once', () => {
    const node = schedulerWith(transactions(2))
    const tooMany = Array<Message>(33).fill(messageOf(100))
    for (let i = 0; i < 3; i++) answerWith(node, tooMany)
    assert.deepEqual(sizesOf(node), [2, 1, 0])
    assert.equal(node.last('set-timer').timer, 'retry')
    node.timeout('retry')
    assert.deepEqual(sizesOf(node), [2, 1, 0, 0])
    assert.equal(waiting(node), 2)
  })

  it(`SENT_SIZE_MAX: is one with messages of more than ${SENT_SIZE_MAX} bytes`, () => {
    const half = SENT_SIZE_MAX / 2
    assert.equal(encode(Message, messageOf(half)).length, half)
    const full = answerWith(schedulerWith(transactions(4)), [messageOf(half), messageOf(half)])
    assert.equal(full.last('propose').proposal.batch.length, 4)
    const more = answerWith(schedulerWith(transactions(4)), [messageOf(half), messageOf(half + 1)])
    assert.deepEqual(more.all('propose'), [])
    assert.deepEqual(sizesOf(more), [4, 2])
  })

  it('is as large as usual again in the next round', () => {
    const node = schedulerWith(transactions(10, { key: 'send', value: '1' }), { maxMessages: 3 })
    node.execute()
    node.round({ kind: 'new-block', base: firstBase({ maxMessages: 3 }) })
    assert.deepEqual(sizesOf(node), [10, 5, 10])
  })

  it('is made again with what comes before the first transaction that is too much', () => {
    const passed = transactions(30, { key: 'pass', priority: 9 })
    const good = transactions(8, { key: 'send', value: '1' }, 'good')
    const node = schedulerWith([...passed, ...good], { maxMessages: 3 })
      .execute()
      .execute()
    // Eight are taken of 38; the four that are to be taken are the first four that were.
    assert.deepEqual(sizesOf(node), [38, 34, 32])
    node.execute()
    assert.deepEqual(node.last('propose').proposal.batch, hashesOf(good.slice(0, 2)))
  })

  it('of one that is taken among many is made without any, and then with the next one', () => {
    const passed = transactions(5, { key: 'pass', priority: 9 })
    const bad = toyTransaction({ sender: 'bad', priority: 5, key: 'send-nothing' })
    const good = toyTransaction({ sender: 'good' })
    const node = schedulerWith([...passed, bad, good])
      .execute()
      .execute()
      .execute()
    assert.deepEqual(sizesOf(node), [7, 6, 0])
    node.timeout('retry').execute()
    assert.deepEqual(sizesOf(node), [7, 6, 0, 6])
    assert.deepEqual(node.last('propose').proposal.batch, hashesOf([good]))
    assert.equal(waiting(node), 6)
  })

  it('of one that is taken among many is made with more if nothing comes of the next ones', () => {
    const bad = toyTransaction({ sender: 'bad', priority: 5, key: 'send-nothing' })
    const passed = transactions(5, { key: 'pass', priority: 2 })
    const good = toyTransaction({ sender: 'good' })
    const node = schedulerWith([bad, ...passed, good], { maxBatchSize: 3n })
    node.execute().execute().timeout('retry')
    for (let i = 0; i < 4; i++) node.execute()
    assert.deepEqual(sizesOf(node), [3, 0, 1, 2, 4, 6])
    assert.deepEqual(node.last('propose').proposal.batch, hashesOf([good]))
  })
})

describe('a batch of whose transactions most are passed over', () => {
  const plain = toyTransaction({ sender: 'plain' })

  /** The next round, in which it is the node's turn again. */
  const goOn = (node: TestRound) =>
    node.round({ kind: 'new-block', base: node.base }).round({ kind: 'wake' })

  it('reaches what comes behind more of them than it may have, from the second time on', () => {
    for (const options of [
      { maxBatchSize: 100n },
      { maxBatchSize: 20n },
      { maxBatchSizeBytes: 1_024n },
    ]) {
      const passed = transactions(1_024, { key: 'pass', priority: 1 })
      const first = toyTransaction({ sender: 'first', priority: 9 })
      const node = schedulerWith([...passed, first, plain], options).execute()
      assert.deepEqual(node.last('propose').proposal.batch, hashesOf([first]))
      node.pool({ kind: 'use', hashes: hashesOf([first]) })
      goOn(node).execute()
      assert.deepEqual(node.last('propose').proposal.batch, hashesOf([plain]))
      assert.equal(waiting(node), 1_025)
    }
  })

  it('is made again at once if it has none at all', () => {
    const passed = transactions(150, { key: 'pass', priority: 1 })
    const node = schedulerWith([...passed, plain]).execute()
    assert.deepEqual(node.all('propose'), [])
    node.execute()
    assert.deepEqual(node.last('propose').proposal.batch, hashesOf([plain]))
  })

  it('ends all the same: what nobody takes is not offered again', () => {
    const node = schedulerWith(transactions(150, { key: 'pass' }), { maxBatchSize: 20n })
    node.execute().execute().timeout('retry')
    assert.equal(node.all('execute').length, 2)
    assert.equal(node.all('suggested').flatMap(({ inputs }) => inputs).length, 100)
  })

  it('gets no more than fits if nothing is passed over, or nothing more would fit', () => {
    const all = schedulerWith(transactions(60), { maxBatchSize: 20n }).execute()
    goOn(all)
    assert.deepEqual(sizesOf(all), [20, 20])
    const [passed] = transactions(1, { key: 'pass', priority: 9 })
    const long = transactions(6, { value: 'x'.repeat(300) }, 'long')
    const full = schedulerWith([passed!, ...long], { maxBatchSizeBytes: 1_024n }).execute()
    goOn(full)
    assert.deepEqual(sizesOf(full), [4, 4])
  })

  it('is no larger than the descriptor allows, whatever is taken of it', () => {
    const passed = transactions(40, { key: 'pass', priority: 9 })
    const good = transactions(60, {}, 'good')
    const bytes = good.slice(0, 23).reduce((sum, { length }) => sum + length, 0)
    for (const [options, count] of [
      [{ maxBatchSize: 20n }, 20],
      [{ maxBatchSizeBytes: BigInt(bytes) }, 23],
      [{ maxBatchSizeBytes: BigInt(bytes - 1) }, 22],
    ] as const) {
      const node = schedulerWith([...passed, ...good], options).execute()
      assert.deepEqual(node.all('propose'), [], 'only some were offered, and none taken')
      node.execute()
      assert.deepEqual(node.all('propose'), [], 'all were offered, and too many taken')
      node.execute()
      const batch = hashesOf(good.slice(0, count))
      assert.deepEqual(node.last('propose').proposal.batch, batch)
      // What was found out about the pool holds for the next batch.
      goOn(node).execute()
      assert.equal(node.all('execute').length, 4)
      assert.equal(node.all('propose').length, 2)
      assert.deepEqual(node.last('propose').proposal.batch, batch)
    }
  })

  it('is offered no more than fits after a failure, and after half of the turn', () => {
    const passed = transactions(150, { key: 'pass', priority: 1 })
    const opened = () => schedulerWith([...passed, plain], { maxBatchSize: 60n }).execute()
    const late = opened()
    late.nowMs += 999
    assert.equal(late.fetch(50).length, 50)
    late.nowMs += 1
    assert.equal(late.fetch(50).length, 0)
    const failed = opened()
    assert.equal(failed.fetch(50).length, 50)
    failed.round({ kind: 'executed', id: failed.last('execute').id, response: undefined })
    failed.timeout('retry')
    assert.deepEqual([failed.fetch(50).length, failed.fetch(50).length], [0, 0])
  })
})

describe('a batch of which nothing comes', () => {
  it('is made again with half as many transactions, but never without any', () => {
    const node = schedulerWith(transactions(5))
    for (let i = 0; i < 4; i++) {
      node.round({ kind: 'executed', id: node.last('execute').id, response: undefined })
      assert.equal(node.last('set-timer').timer, 'retry')
      node.timeout('retry')
    }
    assert.deepEqual(sizesOf(node), [5, 2, 1, 1, 1])
    assert.equal(waiting(node), 5)
  })

  it('is not proposed if the runtime takes nothing, unless it is made in any case', () => {
    const node = schedulerWith(transactions(3))
    const takeNothing = () => {
      const { id } = node.last('execute')
      const response = node.storage.execute({ ...node.last('execute'), inputs: [] })!
      node.round({ kind: 'executed', id, response })
    }
    takeNothing()
    node.timeout('retry')
    assert.deepEqual(node.all('propose'), [])
    assert.deepEqual(sizesOf(node), [3], 'the same again would come to nothing again')
    node.submit(toyTransaction({ sender: 'other' }))
    assert.deepEqual(sizesOf(node), [3, 4])
    takeNothing()
    node.round({ kind: 'new-block', base: firstBase() }).round({ kind: 'wake' })
    assert.deepEqual(sizesOf(node), [3, 4])
    node.timeout('flush')
    assert.deepEqual(sizesOf(node), [3, 4, 4])
    takeNothing()
    assert.deepEqual(node.last('propose').proposal.batch, [])
    assert.equal(waiting(node), 4)
  })

  it('is made of what came while the runtime took nothing of the rest', () => {
    const node = schedulerWith(transactions(3))
    const { id } = node.last('execute')
    const response = node.storage.execute({ ...node.last('execute'), inputs: [] })!
    node.submit(toyTransaction({ sender: 'other' }))
    node.round({ kind: 'executed', id, response }).timeout('retry')
    assert.deepEqual(sizesOf(node), [3, 4])
  })

  it('is made of other transactions when all that it had were rejected', () => {
    const node = schedulerWith(transactions(3), { maxBatchSize: 2n })
    const { id, inputs } = node.last('execute')
    const empty = node.storage.execute({ ...node.last('execute'), inputs: [] })!
    const response = { ...empty, txRejectHashes: hashesOf(inputs) }
    node.round({ kind: 'executed', id, response }).timeout('retry')
    assert.deepEqual(node.all('propose'), [])
    assert.deepEqual(sizesOf(node), [2, 1])
  })
})
