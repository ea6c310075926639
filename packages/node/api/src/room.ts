/** How many calls of one kind may go on at a listener, of all who call and of one of them. */

import type { CodedError } from '@wadi/base/errors'
import type { Call } from '@wadi/grpc/implement'
import { Shares } from '@wadi/grpc/shares'

type Peer = Call['peer']

/** See the top of this file. */
export interface RoomBounds {
  readonly countMax: number
  /** Of one caller, as the listener tells them apart; those at a path are all the operator. */
  readonly perAddressMax: number
  /** What somebody is told for whom there is no room. */
  readonly refusal: () => CodedError
}

/** See the top of this file. */
export class Room {
  readonly #bounds: RoomBounds
  readonly #shares: Shares
  #count = 0

  constructor(bounds: RoomBounds) {
    this.#bounds = bounds
    this.#shares = new Shares(bounds.perAddressMax)
  }

  /** How many calls go on. */
  get size(): number {
    return this.#count
  }

  /** Lets a call in, or throws. Returns how it leaves, which counts once. */
  enter({ caller }: Peer): () => void {
    const { countMax, refusal } = this.#bounds
    if (this.#count >= countMax || !this.#shares.has(caller)) throw refusal()
    this.#count++
    this.#shares.enter(caller)
    let isIn = true
    return () => {
      if (!isIn) return
      isIn = false
      this.#count--
      this.#shares.leave(caller)
    }
  }
}
