/** Transactions in the order in which they came, which is the order in which peers get them. */

import type { PoolTx } from './poolTx.ts'

/** See the top of this file. Whoever reads it knows how far it is by a number. */
export class Arrivals {
  #txs: PoolTx[] = []
  #goneCount = 0

  push(tx: PoolTx): void {
    this.#txs.push(tx)
  }

  /** Says that a transaction has left. The list is made shorter when half of it has. */
  noteGone(): void {
    this.#goneCount++
    if (this.#goneCount * 2 <= this.#txs.length) return
    this.#txs = this.#txs.filter(({ isGone }) => !isGone)
    this.#goneCount = 0
  }

  /** The first one with this number or a higher one that has not left. */
  from(sequence: number): PoolTx | undefined {
    let low = 0
    let high = this.#txs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#txs[middle]!.sequence < sequence) low = middle + 1
      else high = middle
    }
    while (this.#txs[low]?.isGone === true) low++
    return this.#txs[low]
  }
}
