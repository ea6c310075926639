/**
 * One half of a network whose halves have a thread each. Nodes of the other half have stand-ins
 * here, with which nodes are connected as with any other. What is sent to a stand-in is also
 * written down as a letter, which arrives in the other half as if sent by the sender's stand-in.
 *
 * Ways across take a while. So nothing that one half does matters to the other for as long, and
 * both live through a window of that length by themselves, before they exchange letters. A window
 * begins when something next happens in either. Threads may be as slow as they like: what happens
 * follows from the seeds alone.
 */

import { assert } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import type { Channel } from '@wadi/contracts/peers'
import { type Letter, packLetters, unpackLetters } from './letters.ts'
import { type Delivery, SimNetwork, type Weather } from './network.ts'
import { VirtualTime } from './virtualTime.ts'

/** What one half tells the other between two windows. */
export interface Tidings {
  /** When something next happens that it knows of. */
  readonly nextMs: number
  /** How far it has come; halves that are to stop at the same moment compare it. */
  readonly progress: number
  /** See {@link packLetters}. */
  readonly letters: ArrayBuffer | undefined
}

export interface HalfNetworkOptions {
  /** Whose randomness is its own. */
  readonly random: RandomSource
  /** Between the nodes of this half. */
  readonly weather: Weather
  /** Whole milliseconds that ways across take. */
  readonly crossingMs: number
  /** The ids of all nodes of both halves, in the same order in both. */
  readonly ids: readonly string[]
}

/** See the top of this file. */
export class HalfNetwork {
  readonly time = new VirtualTime()
  readonly network: SimNetwork
  readonly #options: HalfNetworkOptions
  readonly #numbers: ReadonlyMap<string, number>
  readonly #standIns = new Set<string>()
  #outbox: Letter[] = []

  constructor(options: HalfNetworkOptions) {
    const { random, weather, crossingMs, ids } = options
    assert(Number.isInteger(crossingMs) && crossingMs > 0, 'ways across take a while')
    this.#options = options
    this.#numbers = new Map(ids.map((id, number) => [id, number]))
    this.network = new SimNetwork({
      time: this.time,
      random,
      messages: 'shared',
      tamper: (from, to, channel, message) => this.#sent({ from, to, channel, message }),
      onOffence: (_, accused, { severity }) =>
        assert(severity === 'slow' || !this.#standIns.has(accused), 'no way across ends'),
    })
    this.network.setWeather(weather)
  }

  /** A node of the other half starts there, at this moment. */
  joinStandIn(id: string, channels: readonly Channel[]): void {
    const { ids, weather, crossingMs } = this.#options
    const across: Weather = { ...weather, delayMs: [crossingMs, crossingMs] }
    for (const other of ids) this.network.setWeatherBetween(other, id, across)
    this.#standIns.add(id)
    const nothing = () => undefined
    const reactor = { name: 'stand-in', channels, addPeer: nothing, removePeer: nothing }
    this.network.join({ id, reactors: [{ ...reactor, receive: nothing }] })
  }

  /** What the other half has to know before the next window. */
  tell(progress: number): Tidings {
    const { nextMs } = this.time
    if (this.#outbox.length === 0) return { nextMs, progress, letters: undefined }
    const letters = packLetters(this.#outbox)
    this.#outbox = []
    return { nextMs, progress, letters }
  }

  /** Lives through the next window, of which both have told each other. */
  pass(mine: Tidings, theirs: Tidings): void {
    const { crossingMs } = this.#options
    if (theirs.letters !== undefined)
      for (const letter of unpackLetters(theirs.letters)) this.#expect(letter)
    // No letter arrives before that: stand-ins get them as well, at the same moment.
    const nextMs = Math.min(mine.nextMs, theirs.nextMs)
    assert(Number.isFinite(nextMs), 'a network goes on')
    while (this.time.step(nextMs + crossingMs - 1));
  }

  /** A stand-in gets it as well, so that queues are as full as if it was the node. */
  #sent({ from, to, channel, message }: Delivery): readonly Uint8Array[] {
    if (this.#standIns.has(to)) {
      const numbers = { from: this.#numbers.get(from)!, to: this.#numbers.get(to)! }
      this.#outbox.push({ sentMs: this.time.nowMs, ...numbers, channel, message })
    }
    return [message]
  }

  #expect({ sentMs, from, to, channel, message }: Letter): void {
    const { crossingMs, ids } = this.#options
    const arrivalMs = sentMs + crossingMs
    assert(arrivalMs > this.time.nowMs, 'nothing crosses into a moment that is over')
    const delivery = { from: ids[from]!, to: ids[to]!, channel, message }
    this.network.at(arrivalMs, () => this.network.arrive(delivery))
  }
}
