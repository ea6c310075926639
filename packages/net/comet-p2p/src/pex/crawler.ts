/** How a seed goes through the network: connects, asks, lets go. */

import type { Clock } from '@wadi/base/clock'
import type { Peer } from '@wadi/contracts/peers'
import type { NetAddress } from '../address/netAddress.ts'
import { DIAL_RECORDS_MAX } from '../limits.ts'
import type { DialOutcome } from '../network/network.ts'
import type { AddressBook } from './addressBook.ts'
import type { PexNetwork } from './pexNetwork.ts'

const PERIOD_MS = 30_000
const BETWEEN_VISITS_MS = 120_000
/** Who was not visited for so long is no longer in the book. */
const FORGET_MS = 24 * 60 * 60_000

/** What a crawler is made of. */
export interface CrawlerOptions {
  readonly clock: Clock
  readonly network: PexNetwork
  readonly book: AddressBook
  /** How long a peer is kept. */
  readonly keepMs: number
  readonly dial: (address: NetAddress, answer: (outcome: DialOutcome) => void) => void
  readonly ask: (peer: Peer) => void
}

/** See the top of this file. */
export class Crawler {
  readonly periodMs = PERIOD_MS
  readonly #options: CrawlerOptions
  readonly #visitedMs = new Map<string, number>()

  constructor(options: CrawlerOptions) {
    this.#options = options
  }

  /**
   * Done once a period.
   * COMPAT(cometbft): seeds of the reference never end a ban in their book.
   */
  step(): void {
    this.#letGo()
    this.#options.book.reinstate()
    this.crawl()
    this.#forget()
  }

  /** Visits some of the addresses. */
  crawl(): void {
    const { book, clock, dial, ask, network } = this.#options
    const nowMs = clock.monotonicMs()
    for (const address of book.selection()) {
      const visitedMs = this.#visitedMs.get(address.id)
      if (visitedMs !== undefined && nowMs - visitedMs < BETWEEN_VISITS_MS) continue
      this.#visitedMs.delete(address.id)
      this.#visitedMs.set(address.id, nowMs)
      dial(address, () => {
        const peer = network.peer(address.id)
        if (peer !== undefined) ask(peer)
      })
    }
  }

  #letGo(): void {
    const { clock, keepMs, network } = this.#options
    for (const peer of network.peers()) {
      const isOver = clock.monotonicMs() - peer.sinceMs >= keepMs
      if (isOver && !peer.isPersistent) network.disconnect(peer.id, 'was here long enough')
    }
  }

  #forget(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const [id, visitedMs] of this.#visitedMs)
      if (nowMs - visitedMs > FORGET_MS || this.#visitedMs.size > DIAL_RECORDS_MAX)
        this.#visitedMs.delete(id)
  }
}
