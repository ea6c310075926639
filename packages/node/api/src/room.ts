/** How many calls of one kind may go on at a listener, of all who call and of one of them. */

import type { CodedError } from '@wadi/base/errors'
import type { Call } from '@wadi/grpc/implement'
import { callerName } from './callerName.ts'

type Peer = Call['peer']

/** See the top of this file. */
export interface RoomBounds {
  readonly countMax: number
  /** Of one address at a port; those at a path are all the operator. */
  readonly perAddressMax: number
  /** What somebody is told for whom there is no room. */
  readonly refusal: () => CodedError
}

/** See the top of this file. */
export class Room {
  readonly #bounds: RoomBounds
  readonly #ofAddress = new Map<string, number>()
  #count = 0

  constructor(bounds: RoomBounds) {
    this.#bounds = bounds
  }

  /** How many calls go on. */
  get size(): number {
    return this.#count
  }

  /** Lets a call in, or throws. Returns how it leaves, which counts once. */
  enter({ kind, address }: Peer): () => void {
    const { countMax, perAddressMax, refusal } = this.#bounds
    const name = kind === 'unix' ? undefined : callerName(address)
    const ofAddress = name === undefined ? 0 : (this.#ofAddress.get(name) ?? 0)
    if (this.#count >= countMax || ofAddress >= perAddressMax) throw refusal()
    this.#count++
    if (name !== undefined) this.#ofAddress.set(name, ofAddress + 1)
    let isIn = true
    return () => {
      if (!isIn) return
      isIn = false
      this.#count--
      if (name !== undefined) this.#leave(name)
    }
  }

  #leave(name: string): void {
    const left = (this.#ofAddress.get(name) ?? 0) - 1
    if (left > 0) this.#ofAddress.set(name, left)
    else this.#ofAddress.delete(name)
  }
}
