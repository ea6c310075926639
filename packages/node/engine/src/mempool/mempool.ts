/**
 * The priority mempool of the reference (its version 1).
 *
 * Blocks get the most urgent transactions first, of equals the oldest; peers get them in the order
 * in which they came. A full pool gives up what is less urgent than what comes, the least urgent
 * first and of equals the newest.
 */

import type { Clock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import type { Application, CheckTxResponse } from '@wadi/contracts/application'
import { Arrivals } from './arrivals.ts'
import type { CommittedTxs, TxCheck, TxFate, TxOrigin, TxPool } from './contract.ts'
import { errors } from './errors.ts'
import { keptBytes } from './keptBytes.ts'
import {
  CACHE_COUNT_MAX,
  POOL_BYTES_MAX,
  POOL_COUNT_MAX,
  TX_BYTES_MAX,
  TX_SENDERS_MAX,
} from './limits.ts'
import type { MempoolInstruments } from './metrics.ts'
import { compareUrgency, type PoolTx } from './poolTx.ts'
import { RecentTxs } from './recentTxs.ts'
import { TxCache } from './txCache.ts'
import { type TxKey, txKeyOf } from './txKey.ts'

/** How much a mempool takes, and for how long. */
export interface MempoolConfig {
  readonly countMax: number
  readonly bytesMax: number
  readonly cacheCountMax: number
  readonly txBytesMax: number
  /** Are refused transactions remembered, so that they are not checked again? */
  readonly keepInvalidInCache: boolean
  /** Are the remaining transactions checked again after a block? */
  readonly recheck: boolean
  /** Blocks after which a transaction goes; 0 for never. */
  readonly ttlBlocks: bigint
  /** Milliseconds after which a transaction goes with the next block; 0 for never. */
  readonly ttlMs: number
}

/** Those of the reference. */
export const MEMPOOL_DEFAULTS: MempoolConfig = {
  countMax: POOL_COUNT_MAX,
  bytesMax: POOL_BYTES_MAX,
  cacheCountMax: CACHE_COUNT_MAX,
  txBytesMax: TX_BYTES_MAX,
  keepInvalidInCache: false,
  recheck: true,
  ttlBlocks: 0n,
  ttlMs: 0,
}

/** What a mempool is given. */
export interface MempoolOptions {
  readonly application: Pick<Application, 'checkTx'>
  readonly clock: Clock
  readonly metrics: MempoolInstruments
  readonly config?: Partial<MempoolConfig>
  /** What the chain allows, before the first `update`. */
  readonly start: Pick<CommittedTxs, 'height' | 'bytesMax' | 'gasMax'>
}

/** Who hears of transactions. */
export interface PoolListener {
  /** A transaction came in. */
  readonly onAdded?: () => void
  /** There is something for a block: told once a height. */
  readonly onAvailable?: () => void
}

const GAS_UNLIMITED = -1n

/** See the top of this file. */
export class Mempool implements TxPool {
  readonly #options: MempoolOptions
  readonly #config: MempoolConfig
  readonly #metrics: MempoolInstruments
  readonly #cache: TxCache
  readonly #listeners: PoolListener[] = []
  #bounds: Pick<CommittedTxs, 'height' | 'bytesMax' | 'gasMax'>
  #txs = new Map<TxKey, PoolTx>()
  #bySender = new Map<string, PoolTx>()
  readonly #recent = new RecentTxs()
  #arrivals = new Arrivals()
  #sizeBytes = 0
  #sequence = 0
  #isAvailableTold = false

  constructor(options: MempoolOptions) {
    this.#options = options
    this.#config = { ...MEMPOOL_DEFAULTS, ...options.config }
    this.#metrics = options.metrics
    this.#cache = new TxCache(this.#config.cacheCountMax)
    this.#bounds = options.start
  }

  get size(): number {
    return this.#txs.size
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Bytes of the longest transaction that is taken. */
  get txBytesMax(): number {
    return this.#config.txBytesMax
  }

  /** From now on the listener hears of transactions. */
  listen(listener: PoolListener): void {
    this.#listeners.push(listener)
  }

  checkTx(transaction: Uint8Array, origin: TxOrigin = {}): TxCheck {
    const check = this.hear(transaction, origin)
    if (check === 'known') throw errors.inCache()
    return check
  }

  /**
   * As {@link checkTx}, for peers: that it is known already is what gossip is like, and no error.
   * The bytes may be a window into a message: what is new is copied.
   * PERF: with four validators two of three come from peers a second time, and an error with its
   * trace takes as long as everything else that is done with one.
   */
  hear(transaction: Uint8Array, origin: TxOrigin): TxCheck | 'known' {
    const { txBytesMax } = this.#config
    if (transaction.length > txBytesMax)
      throw errors.tooLarge(`${transaction.length} bytes, at most ${txBytesMax}`)
    const size = blockSizeOf(transaction)
    if (BigInt(size) > this.#bounds.bytesMax)
      throw errors.preCheck(`${size} bytes, at most ${this.#bounds.bytesMax}`)
    const recent = this.#recent.find(transaction)
    const key = recent?.key ?? txKeyOf(transaction)
    const known = recent ?? this.#txs.get(key)
    if (known !== undefined) notePeer(known, origin.peer)
    // The cache may have forgotten what the pool still has.
    if (!this.#cache.push(key) || known !== undefined) return 'known'
    const kept = keptBytes(transaction)
    let response: CheckTxResponse
    try {
      response = this.#options.application.checkTx(kept, 'new')
    } catch (error) {
      this.#cache.remove(key)
      throw error
    }
    const notAdded = this.#take({ transaction: kept, key, origin, response })
    return { response, notAdded }
  }

  reap(bytesMax: bigint, gasMax: bigint): readonly Uint8Array[] {
    const chosen: Uint8Array[] = []
    let bytes = 0
    let gas = 0n
    for (const tx of Array.from(this.#txs.values()).sort(compareUrgency)) {
      bytes += blockSizeOf(tx.transaction)
      gas += tx.gasWanted
      if (gasMax >= 0n && gas > gasMax) break
      if (bytesMax >= 0n && BigInt(bytes) > bytesMax) break
      chosen.push(tx.transaction)
    }
    return chosen
  }

  update(block: CommittedTxs): void {
    const { height, transactions, results } = block
    assert(transactions.length === results.length, 'each transaction of a block has its result')
    this.#bounds = block
    this.#isAvailableTold = false
    // Told at the end: who hears of a fate may come with another transaction.
    const fates: (() => void)[] = []
    const leave = (tx: PoolTx, fate: TxFate): void => {
      this.#remove(tx)
      if (tx.onFate !== undefined) fates.push(() => tx.onFate?.(fate))
    }
    transactions.forEach((transaction, index) => {
      const key = this.#recent.find(transaction)?.key ?? txKeyOf(transaction)
      const result = results[index]!
      if (result.code === 0) this.#cache.push(key)
      else if (!this.#config.keepInvalidInCache) this.#cache.remove(key)
      const tx = this.#txs.get(key)
      if (tx !== undefined) leave(tx, { kind: 'committed', height, result })
    })
    this.#dropExpired(leave)
    if (this.#config.recheck) this.#recheck(leave)
    this.#countSize()
    this.#tellAvailable()
    for (const tell of fates) tell()
  }

  flush(): void {
    const all = Array.from(this.#txs.values())
    for (const tx of all) this.#remove(tx)
    this.#cache.clear()
    this.#countSize()
    for (const tx of all) tx.onFate?.({ kind: 'evicted' })
  }

  /** The first transaction with this number or a higher one, for peers who are that far. */
  arrivedFrom(sequence: number): PoolTx | undefined {
    return this.#arrivals.from(sequence)
  }

  /** Takes in what the application has accepted, or says why not. */
  #take(candidate: Candidate): string | undefined {
    const { transaction, key, response } = candidate
    const refusal = gasRefusal(response, this.#bounds.gasMax)
    if (response.code !== 0 || refusal !== undefined) {
      this.#metrics.failedTxs.add(1)
      if (!this.#config.keepInvalidInCache) this.#cache.remove(key)
      return refusal
    }
    if (response.sender !== '' && this.#bySender.has(response.sender)) {
      // COMPAT(CometBFT): it stays in the cache although it is not in the pool.
      this.#metrics.rejectedTxs.add(1)
      return 'a transaction of the same sender waits'
    }
    const victims = this.#victimsFor(transaction.length, response.priority)
    if (victims === undefined) {
      this.#cache.remove(key)
      this.#metrics.rejectedTxs.add(1)
      return 'the mempool is full'
    }
    for (const victim of victims) {
      this.#remove(victim)
      this.#cache.remove(victim.key)
      this.#metrics.evictedTxs.add(1)
    }
    this.#insert(candidate)
    for (const victim of victims) victim.onFate?.({ kind: 'evicted' })
    return undefined
  }

  #insert({ transaction, key, origin, response }: Candidate): void {
    const tx: PoolTx = {
      transaction,
      key,
      sequence: this.#sequence++,
      height: this.#bounds.height,
      arrivedMs: this.#options.clock.monotonicMs(),
      gasWanted: response.gasWanted,
      sender: response.sender,
      onFate: origin.onFate,
      priority: response.priority,
      peers: [],
      isGone: false,
    }
    notePeer(tx, origin.peer)
    this.#txs.set(key, tx)
    this.#recent.add(tx)
    this.#arrivals.push(tx)
    if (tx.sender !== '') this.#bySender.set(tx.sender, tx)
    this.#sizeBytes += transaction.length
    this.#metrics.txSizeBytes.observe(transaction.length)
    this.#countSize()
    for (const { onAdded } of this.#listeners) onAdded?.()
    this.#tellAvailable()
  }

  /** What goes if a transaction comes: nothing if there is room; undefined if it must stay out. */
  #victimsFor(size: number, priority: bigint): readonly PoolTx[] | undefined {
    const { countMax, bytesMax } = this.#config
    if (this.size < countMax && this.#sizeBytes + size <= bytesMax) return []
    const lesser: PoolTx[] = []
    for (const tx of this.#txs.values()) if (tx.priority < priority) lesser.push(tx)
    lesser.sort((a, b) => compareUrgency(b, a))
    // COMPAT(CometBFT): in a pool that is full by count, too, as many go as make room in bytes.
    let freed = 0
    const count = lesser.findIndex((tx) => {
      freed += tx.transaction.length
      return freed >= size
    })
    return count < 0 ? undefined : lesser.slice(0, count + 1)
  }

  #dropExpired(leave: (tx: PoolTx, fate: TxFate) => void): void {
    const { ttlBlocks, ttlMs } = this.#config
    if (ttlBlocks === 0n && ttlMs === 0) return
    const now = this.#options.clock.monotonicMs()
    for (const tx of Array.from(this.#txs.values())) {
      const isOld = ttlBlocks > 0n && this.#bounds.height - tx.height > ttlBlocks
      if (!isOld && !(ttlMs > 0 && now - tx.arrivedMs > ttlMs)) continue
      leave(tx, { kind: 'evicted' })
      this.#cache.remove(tx.key)
      this.#metrics.evictedTxs.add(1)
    }
  }

  #recheck(leave: (tx: PoolTx, fate: TxFate) => void): void {
    for (const tx of Array.from(this.#txs.values())) {
      const response = this.#options.application.checkTx(tx.transaction, 'recheck')
      this.#metrics.recheckTimes.add(1)
      if (response.code === 0 && gasRefusal(response, this.#bounds.gasMax) === undefined) {
        tx.priority = response.priority
        continue
      }
      leave(tx, { kind: 'rejected', response })
      this.#metrics.failedTxs.add(1)
      if (!this.#config.keepInvalidInCache) this.#cache.remove(tx.key)
    }
  }

  #remove(tx: PoolTx): void {
    this.#txs.delete(tx.key)
    this.#recent.remove(tx)
    if (tx.sender !== '') this.#bySender.delete(tx.sender)
    this.#sizeBytes -= tx.transaction.length
    tx.isGone = true
    this.#arrivals.noteGone()
  }

  #countSize(): void {
    this.#metrics.size.set(this.size)
    this.#metrics.sizeBytes.set(this.#sizeBytes)
  }

  #tellAvailable(): void {
    if (this.size === 0 || this.#isAvailableTold) return
    this.#isAvailableTold = true
    for (const { onAvailable } of this.#listeners) onAvailable?.()
  }
}

interface Candidate {
  readonly transaction: Uint8Array
  readonly key: TxKey
  readonly origin: TxOrigin
  readonly response: CheckTxResponse
}

function notePeer({ peers }: PoolTx, peer: string | undefined): void {
  if (peer === undefined || peers.length >= TX_SENDERS_MAX || peers.includes(peer)) return
  peers.push(peer)
}

/** Bytes of a transaction in a block: tag, length, and itself. */
function blockSizeOf({ length }: Uint8Array): number {
  let size = 2 + length
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

function gasRefusal({ gasWanted }: CheckTxResponse, gasMax: bigint): string | undefined {
  if (gasMax === GAS_UNLIMITED) return undefined
  if (gasWanted < 0n) return 'the gas wanted is negative'
  return gasWanted > gasMax ? 'the gas wanted is more than a block has' : undefined
}
