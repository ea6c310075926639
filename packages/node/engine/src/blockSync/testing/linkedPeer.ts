/** Peers that are reactors on the other side; what they say arrives when a test lets time pass. */

import type { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Offence, Peer, Reactor } from '@wadi/contracts/peers'

/** One end of a connection between two reactors. What is sent arrives later, unless it is cut. */
export class LinkedPeer implements Peer {
  readonly id: string
  readonly isOutbound = true
  readonly isPersistent = false
  readonly channels: ReadonlySet<number> = new Set()
  readonly offences: Offence[] = []
  /** May change what is on its way; undefined loses it. */
  tamper: (message: Uint8Array, channel: number) => Uint8Array | undefined = (message) => message
  readonly #time: VirtualTime
  readonly #queueMax: number
  #deliver: (channel: number, message: Uint8Array) => void = () => undefined
  #drained: (channel: number) => void = () => undefined
  #queued = 0
  #isCut = false

  constructor(id: string, time: VirtualTime, queueMax: number) {
    this.id = id
    this.#time = time
    this.#queueMax = queueMax
  }

  /** Who hears what is sent here, and who hears that there is room again. */
  connect(
    deliver: (channel: number, message: Uint8Array) => void,
    drained: (channel: number) => void,
  ): void {
    this.#deliver = deliver
    this.#drained = drained
  }

  send(channel: number, message: Uint8Array): boolean {
    if (!this.canSend()) return false
    this.#queued++
    this.#time.after(5, () => {
      const wasFull = this.#queued-- === this.#queueMax
      if (this.#isCut) return
      const arrived = this.tamper(message, channel)
      if (arrived !== undefined) this.#deliver(channel, arrived)
      if (wasFull) this.#drained(channel)
    })
    return true
  }

  canSend(): boolean {
    return !this.#isCut && this.#queued < this.#queueMax
  }

  punish(offence: Offence): void {
    this.offences.push(offence)
    if (offence.severity !== 'slow') this.cut()
  }

  cut(): void {
    this.#isCut = true
  }
}

/** Makes two reactors each other's peer. */
export function link(
  time: VirtualTime,
  a: { readonly name: string; readonly reactor: Reactor },
  b: { readonly name: string; readonly reactor: Reactor },
): { readonly atA: LinkedPeer; readonly atB: LinkedPeer } {
  const queueMax = a.reactor.channels[0]!.sendQueueMax
  const atA = new LinkedPeer(b.name, time, queueMax)
  const atB = new LinkedPeer(a.name, time, queueMax)
  atA.connect(
    (channel, message) => b.reactor.receive(atB, channel, message),
    (channel) => a.reactor.drained?.(atA, channel),
  )
  atB.connect(
    (channel, message) => a.reactor.receive(atA, channel, message),
    (channel) => b.reactor.drained?.(atB, channel),
  )
  a.reactor.addPeer(atA)
  b.reactor.addPeer(atB)
  return { atA, atB }
}
