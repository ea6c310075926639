/** Transactions that somebody waits for, and the rounds in which they are found. */

import { toHex } from '@wadi/base/bytes'
import { CodedError, isTold, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { notWanted } from '@wadi/contracts/not-wanted'
import type { ReadableState } from '@wadi/mkvs/state'
import type { Hash } from '@wadi/primitives/hash'
import type { SubmittedTransaction } from '@wadi/runtime-protocol/client/api'
import { readHashes, readTransaction } from '@wadi/runtime-protocol/transactions/readIoTree'
import type { RoundHistory } from '../history/roundHistory.ts'
import { AWAITED_MAX, UNREAD_BLOCKS_MAX, UNREAD_RETRY_MS } from '../limits.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'

/** Where rounds come from. */
export interface AwaitedTransactionsOptions {
  readonly history: RoundHistory
  readonly store: Pick<RuntimeStore, 'ioOf'>
  readonly timers: Timers
  readonly log: Logger
  /** Is there anybody who wants to know of all transactions that a round has? */
  readonly wantsAll: () => boolean
  /** Is told of transactions that were found: the pool need not keep them. */
  readonly onFound: (hashes: readonly Hash[]) => void
}

interface Awaited {
  readonly hash: Hash
  readonly waiting: Set<(found: SubmittedTransaction) => void>
}

/** See the top of this file. */
export class AwaitedTransactions {
  readonly #options: AwaitedTransactionsOptions
  readonly #awaited = new Map<string, Awaited>()
  /** Blocks that could not be read yet, oldest first. */
  #unread: AnnotatedBlock[] = []
  #count = 0
  #retry: Timer | undefined
  readonly #leave: () => void

  constructor(options: AwaitedTransactionsOptions) {
    this.#options = options
    this.#leave = options.history.watchSeen((block) => {
      this.#unread.push(block)
      this.#look()
    })
  }

  /** Resolves when a round with the transaction is here. There is no end but the caller's. */
  wait(hash: Hash, signal: AbortSignal | undefined): Promise<SubmittedTransaction> {
    if (this.#count >= AWAITED_MAX)
      throw new UnavailableError(
        'workers.tooManyWaiting',
        `${AWAITED_MAX} callers wait for transactions already; submit without waiting`,
      )
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(notWanted())
        return
      }
      const key = toHex(hash)
      const awaited = this.#awaited.get(key) ?? { hash, waiting: new Set() }
      const leave = () => {
        signal?.removeEventListener('abort', aborted)
        this.#count--
        awaited.waiting.delete(found)
        if (awaited.waiting.size === 0) this.#awaited.delete(key)
      }
      const found = (transaction: SubmittedTransaction) => {
        leave()
        resolve(transaction)
      }
      const aborted = () => {
        leave()
        reject(notWanted())
      }
      this.#count++
      awaited.waiting.add(found)
      this.#awaited.set(key, awaited)
      signal?.addEventListener('abort', aborted, { once: true })
    })
  }

  /** Looks at no more rounds. */
  stop(): void {
    this.#leave()
    this.#retry?.cancel()
  }

  #look(): void {
    if (this.#retry !== undefined) return
    const { log, timers } = this.#options
    this.#unread = this.#unread.slice(-UNREAD_BLOCKS_MAX)
    try {
      for (let next = this.#unread[0]; next !== undefined; next = this.#unread[0]) {
        this.#lookInto(next)
        this.#unread.shift()
      }
    } catch (error) {
      if (!isTold(error)) throw error
      log.warn('a round cannot be read', { why: error.message })
      this.#retry = timers.after(UNREAD_RETRY_MS, () => {
        this.#retry = undefined
        this.#look()
      })
    }
  }

  #lookInto({ block: { header } }: AnnotatedBlock): void {
    const { store, wantsAll, log } = this.#options
    const isAllWanted = wantsAll()
    if (this.#awaited.size === 0 && !isAllWanted) return
    const io = store.ioOf(header)
    try {
      this.#findIn(io, header.round, isAllWanted)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      // What a committee has agreed on and nobody can read will not be better another time.
      log.warn('the transactions of a round are malformed', {
        round: header.round,
        why: error.message,
      })
    }
  }

  #findIn(io: ReadableState, round: bigint, isAllWanted: boolean): void {
    const found: Hash[] = isAllWanted ? [...readHashes(io)] : []
    for (const { hash, waiting } of Array.from(this.#awaited.values())) {
      const transaction = readTransaction(io, hash)
      if (transaction === undefined) continue
      if (!isAllWanted) found.push(hash)
      const { output, batchOrder } = transaction
      const data = output ?? new Uint8Array(0)
      const told = { data, round, batchOrder, checkTxError: undefined }
      for (const tell of Array.from(waiting)) tell(told)
    }
    if (found.length > 0) this.#options.onFound(found)
  }
}
