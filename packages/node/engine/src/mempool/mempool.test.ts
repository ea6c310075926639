import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { CheckTxResponse, TxResult } from '@wadi/contracts/application'
import fc from 'fast-check'
import type { TxFate } from './contract.ts'
import { TX_SENDERS_MAX } from './limits.ts'
import { Mempool, type MempoolConfig } from './mempool.ts'
import { mempoolMetrics } from './metrics.ts'

const NONE = new Uint8Array(0)
const OK: TxResult = {
  code: 0,
  codespace: '',
  data: NONE,
  log: '',
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
}
const BOUNDS = { height: 0n, bytesMax: 1_000_000n, gasMax: -1n }

/** A transaction says what the application thinks of it: priority, sender, gas, bad from height. */
function tx(priority: number, sender = 0, gas = 1, badFrom = 255): Uint8Array {
  return Uint8Array.of(priority, sender, gas, badFrom, 0, 0, 0, 0)
}

class App {
  height = 0
  calls: string[] = []

  readonly checkTx = (transaction: Uint8Array, kind: 'new' | 'recheck'): CheckTxResponse => {
    this.calls.push(kind)
    const [priority, sender, gas, badFrom] = transaction as unknown as number[]
    const code = this.height >= badFrom! ? 5 : 0
    return {
      ...{ code, codespace: '', data: NONE, log: '', gasUsed: 0n },
      gasWanted: BigInt(gas!),
      sender: sender === 0 ? '' : `s${sender}`,
      priority: BigInt(priority!),
    }
  }
}

interface Setup {
  readonly app: App
  readonly clock: FakeClock
  readonly pool: Mempool
}

function create(config: Partial<MempoolConfig> = {}): Setup {
  const app = new App()
  const clock = new FakeClock()
  const metrics = new MetricsRegistry().register(mempoolMetrics)
  const pool = new Mempool({ application: app, clock, metrics, config, start: BOUNDS })
  return { app, clock, pool }
}

function commit({ app, pool }: Setup, height: number, transactions: Uint8Array[], code = 0): void {
  app.height = height
  const results = transactions.map(() => ({ ...OK, code }))
  pool.update({ ...BOUNDS, height: BigInt(height), transactions, results })
}

function reapAll({ pool }: Setup): Uint8Array[] {
  return Array.from(pool.reap(-1n, -1n))
}

describe('the mempool', () => {
  it('gives a block the most urgent transactions, and of equals the oldest', () => {
    const setup = create()
    const order = [tx(1), tx(3, 0, 1), tx(2), tx(3, 0, 2)]
    for (const transaction of order) setup.pool.checkTx(transaction)
    assert.deepEqual(reapAll(setup), [order[1], order[3], order[2], order[0]])
  })

  it('stops at the first transaction that does not fit the block in bytes or gas', () => {
    const { pool } = create()
    for (const gas of [5, 7, 1]) pool.checkTx(tx(10 - gas, 0, gas))
    assert.equal(pool.reap(-1n, 9n).length, 2)
    assert.equal(pool.reap(-1n, 6n).length, 2)
    assert.equal(pool.reap(-1n, 5n).length, 1)
    assert.equal(pool.reap(10n, -1n).length, 1)
    assert.equal(pool.reap(9n, -1n).length, 0)
    assert.equal(pool.reap(30n, -1n).length, 3)
  })

  it('takes a transaction of the longest size, and refuses one that is longer', () => {
    const { pool } = create({ txBytesMax: 8 })
    pool.checkTx(tx(1))
    assert.throws(() => pool.checkTx(new Uint8Array(9)), { reason: 'mempool.tooLarge' })
  })

  it('refuses a transaction that no block has room for, with what is around it', () => {
    const setup = create()
    setup.pool.update({ ...BOUNDS, bytesMax: 10n, transactions: [], results: [] })
    setup.pool.checkTx(tx(1))
    setup.pool.update({ ...BOUNDS, bytesMax: 9n, transactions: [], results: [] })
    assert.throws(() => setup.pool.checkTx(tx(2)), { reason: 'mempool.preCheck' })
    setup.pool.update({ ...BOUNDS, gasMax: 3n, transactions: [], results: [] })
    assert.equal(setup.pool.checkTx(tx(3, 0, 3)).notAdded, undefined)
    assert.match(setup.pool.checkTx(tx(4, 0, 4)).notAdded ?? '', /gas/)
    assert.equal(setup.pool.size, 2)
  })

  it('checks a transaction once as long as it is in the cache', () => {
    const setup = create({ cacheCountMax: 2 })
    setup.pool.checkTx(tx(1))
    assert.throws(() => setup.pool.checkTx(tx(1)), { reason: 'mempool.inCache' })
    setup.pool.checkTx(tx(2))
    setup.pool.checkTx(tx(3))
    assert.equal(setup.app.calls.length, 3)
    // It was forgotten, but the pool still has it.
    assert.throws(() => setup.pool.checkTx(tx(1)), { reason: 'mempool.inCache' })
    commit(setup, 1, [tx(4), tx(5), tx(1)], 1)
    setup.pool.checkTx(tx(1))
    assert.equal(setup.pool.sizeBytes, 3 * 8)
  })

  it('forgets a refused transaction, unless it is told to remember them', () => {
    for (const keepInvalidInCache of [false, true]) {
      const { pool, app } = create({ keepInvalidInCache })
      const bad = tx(1, 0, 1, 0)
      assert.equal(pool.checkTx(bad).response.code, 5)
      if (keepInvalidInCache) assert.throws(() => pool.checkTx(bad), { reason: 'mempool.inCache' })
      else assert.equal(pool.checkTx(bad).response.code, 5)
      assert.equal(app.calls.length, keepInvalidInCache ? 1 : 2)
    }
  })

  it('remembers a committed transaction, and forgets one that failed in its block', () => {
    const setup = create()
    commit(setup, 1, [tx(1)])
    assert.throws(() => setup.pool.checkTx(tx(1)), { reason: 'mempool.inCache' })
    setup.pool.checkTx(tx(2))
    commit(setup, 2, [tx(2)], 7)
    assert.equal(setup.pool.size, 0)
    setup.pool.checkTx(tx(2))
    assert.equal(setup.pool.size, 1)
  })

  it('holds one transaction of a sender that the application names', () => {
    const setup = create()
    setup.pool.checkTx(tx(1, 9))
    assert.match(setup.pool.checkTx(tx(2, 9)).notAdded ?? '', /sender/)
    commit(setup, 1, [tx(1, 9)])
    assert.equal(setup.pool.checkTx(tx(3, 9)).notAdded, undefined)
  })

  it('gives up what is less urgent when it is full, the newest of equals first', () => {
    const setup = create({ countMax: 3 })
    const fates: string[] = []
    for (const gas of [1, 2, 3])
      setup.pool.checkTx(tx(1, 0, gas), { onFate: ({ kind }) => fates.push(`${gas} ${kind}`) })
    assert.match(setup.pool.checkTx(tx(1, 0, 4)).notAdded ?? '', /full/)
    assert.equal(setup.pool.checkTx(tx(2)).notAdded, undefined)
    assert.deepEqual(reapAll(setup), [tx(2), tx(1, 0, 1), tx(1, 0, 2)])
    assert.deepEqual(fates, ['3 evicted'])
    // What was evicted is not in the cache.
    assert.match(setup.pool.checkTx(tx(1, 0, 3)).notAdded ?? '', /full/)
  })

  it('is full by bytes as well as by count', () => {
    const { pool } = create({ bytesMax: 16 })
    pool.checkTx(tx(1))
    pool.checkTx(tx(2))
    assert.match(pool.checkTx(tx(1, 1)).notAdded ?? '', /full/)
    assert.equal(pool.sizeBytes, 16)
    pool.checkTx(tx(3))
    assert.equal(pool.sizeBytes, 16)
  })

  it('checks the rest again after a block, and tells who waits for what is refused', () => {
    const setup = create()
    const fates: TxFate[] = []
    const onFate = (fate: TxFate): void => void fates.push(fate)
    setup.pool.checkTx(tx(1, 0, 1, 2), { onFate })
    setup.pool.checkTx(tx(2), { onFate })
    commit(setup, 1, [])
    assert.equal(setup.pool.size, 2)
    commit(setup, 2, [tx(2)])
    assert.deepEqual(
      fates.map(({ kind }) => kind),
      ['committed', 'rejected'],
    )
    assert.equal(fates[1]?.kind === 'rejected' && fates[1].response.code, 5)
    assert.equal(setup.pool.size, 0)
    commit(setup, 3, [])
    assert.equal(fates.length, 2)
  })

  it('lets transactions go that are too old by blocks or by time', () => {
    const setup = create({ ttlBlocks: 2n, ttlMs: 1000 })
    setup.pool.checkTx(tx(1))
    commit(setup, 2, [])
    assert.equal(setup.pool.size, 1)
    commit(setup, 3, [])
    assert.equal(setup.pool.size, 0)
    setup.pool.checkTx(tx(2))
    setup.clock.advance(1000)
    commit(setup, 4, [])
    assert.equal(setup.pool.size, 1)
    setup.clock.advance(1)
    commit(setup, 5, [])
    assert.equal(setup.pool.size, 0)
  })

  it('says once a height that there is something for a block', () => {
    const setup = create()
    let told = 0
    setup.pool.listen({ onAvailable: () => void told++ })
    setup.pool.checkTx(tx(1))
    setup.pool.checkTx(tx(2))
    assert.equal(told, 1)
    commit(setup, 1, [tx(1)])
    assert.equal(told, 2)
    commit(setup, 2, [tx(2)])
    assert.equal(told, 2)
  })

  it('takes what a submitter sends while it hears of a fate', () => {
    const setup = create()
    const resend = (): void => void setup.pool.checkTx(tx(9))
    setup.pool.checkTx(tx(1), { onFate: resend })
    commit(setup, 1, [tx(1)])
    assert.deepEqual(reapAll(setup), [tx(9)])
  })

  it('remembers so many peers that have sent a transaction, and not one more', () => {
    const { pool } = create()
    pool.checkTx(tx(1))
    for (let i = 0; i <= TX_SENDERS_MAX; i++)
      assert.throws(() => pool.checkTx(tx(1), { peer: `p${i}` }), { reason: 'mempool.inCache' })
    const peers = pool.arrivedFrom(0)?.peers
    assert.equal(peers?.length, TX_SENDERS_MAX)
    assert.ok(peers.includes(`p${TX_SENDERS_MAX - 1}`))
    assert.ok(!peers.includes(`p${TX_SENDERS_MAX}`))
  })

  it('forgets everything when it is flushed', () => {
    const setup = create()
    setup.pool.checkTx(tx(1, 4))
    setup.pool.flush()
    assert.equal(setup.pool.size + setup.pool.sizeBytes, 0)
    setup.pool.checkTx(tx(1, 4))
    assert.equal(setup.pool.size, 1)
  })
})

/** The same rules over a list. */
class NaivePool {
  list: { transaction: Uint8Array; priority: number; sender: number; at: number }[] = []
  seen: string[] = []
  #at = 0
  readonly #countMax: number
  readonly #cacheMax: number

  constructor(countMax: number, cacheMax: number) {
    this.#countMax = countMax
    this.#cacheMax = cacheMax
  }

  forget(transaction: Uint8Array): void {
    this.seen = this.seen.filter((text) => text !== String(transaction))
  }

  see(transaction: Uint8Array): boolean {
    const isNew = !this.seen.includes(String(transaction))
    this.forget(transaction)
    this.seen = [...this.seen, String(transaction)].slice(-this.#cacheMax)
    return isNew
  }

  drop(transaction: Uint8Array): void {
    this.list = this.list.filter((other) => String(other.transaction) !== String(transaction))
  }

  check(transaction: Uint8Array, height: number): string {
    const isHeld = this.list.some((other) => String(other.transaction) === String(transaction))
    if (!this.see(transaction) || isHeld) return 'seen'
    const [priority, sender, , badFrom] = transaction as unknown as [number, number, number, number]
    if (height >= badFrom) {
      this.forget(transaction)
      return 'refused'
    }
    if (sender !== 0 && this.list.some((other) => other.sender === sender)) return 'sender'
    const candidate = { transaction, priority, sender, at: this.#at++ }
    if (this.list.length >= this.#countMax) {
      const [least] = this.list.toSorted((a, b) => a.priority - b.priority || b.at - a.at)
      if (least === undefined || least.priority >= priority) {
        this.forget(transaction)
        return 'full'
      }
      this.drop(least.transaction)
      this.forget(least.transaction)
    }
    this.list.push(candidate)
    return 'added'
  }

  commit(transactions: readonly Uint8Array[], height: number): void {
    for (const transaction of transactions) {
      this.see(transaction)
      this.drop(transaction)
    }
    for (const { transaction } of this.list) if (height >= transaction[3]!) this.forget(transaction)
    this.list = this.list.filter(({ transaction }) => height < transaction[3]!)
  }

  reap(): Uint8Array[] {
    const order = this.list.toSorted((a, b) => b.priority - a.priority || a.at - b.at)
    return order.map(({ transaction }) => transaction)
  }
}

function answerOf(pool: Mempool, transaction: Uint8Array): string {
  try {
    const { response, notAdded } = pool.checkTx(transaction)
    if (response.code !== 0) return 'refused'
    return notAdded === undefined ? 'added' : notAdded.includes('full') ? 'full' : 'sender'
  } catch {
    return 'seen'
  }
}

describe('the mempool beside a naive list', () => {
  it('gives the same answers and the same blocks', () => {
    const transactions = fc
      .tuple(fc.nat(4), fc.nat(3), fc.nat(3), fc.integer({ min: 1, max: 9 }))
      .map(([priority, sender, gas, badFrom]) => tx(priority, sender, gas, badFrom))
    const steps = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: transactions.map((transaction) => ({ check: transaction })) },
        { weight: 1, arbitrary: fc.nat(4).map((count) => ({ commit: count })) },
      ),
      { maxLength: 80 },
    )
    fc.assert(
      fc.property(steps, (planned) => {
        const setup = create({ countMax: 5, cacheCountMax: 6 })
        const naive = new NaivePool(5, 6)
        let height = 0
        for (const step of planned) {
          if ('check' in step)
            assert.equal(answerOf(setup.pool, step.check), naive.check(step.check, height))
          else {
            height++
            const block = reapAll(setup).slice(0, step.commit)
            commit(setup, height, block)
            naive.commit(block, height)
          }
          assert.deepEqual(reapAll(setup), naive.reap())
          const arrived: Uint8Array[] = []
          for (
            let next = setup.pool.arrivedFrom(0);
            next !== undefined;
            next = setup.pool.arrivedFrom(next.sequence + 1)
          )
            arrived.push(next.transaction)
          assert.deepEqual(
            arrived,
            naive.list.map(({ transaction }) => transaction),
          )
        }
      }),
      { numRuns: 300 },
    )
  })
})
