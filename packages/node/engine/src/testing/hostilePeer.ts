/** Somebody who is a peer of one engine and says whatever the test wants. */

import type { Offence, Peer } from '@wadi/contracts/peers'
import type { EngineNode } from './engineNetwork.ts'

const OFFENCES_KEPT = 100

/** See the top of this file. It takes every message, and hears nothing. */
export class HostilePeer implements Peer {
  readonly id: string
  readonly isOutbound = false
  readonly isPersistent = false
  readonly channels: ReadonlySet<number>
  readonly offences: Offence[] = []
  /** Messages and bytes that it was sent. */
  readonly heard = { messages: 0, bytes: 0 }
  readonly #node: EngineNode
  #isConnected = true

  readonly #manner: 'leaves' | 'stays'

  /** Who `stays` is never gone, however it is punished: as a peer that comes back at once. */
  constructor(node: EngineNode, id: string, manner: 'leaves' | 'stays' = 'leaves') {
    this.#node = node
    this.#manner = manner
    this.id = id
    this.channels = new Set(node.reactors.flatMap(({ channels }) => channels.map((one) => one.id)))
    for (const reactor of node.reactors) reactor.addPeer(this)
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  send(_channel: number, message: Uint8Array): boolean {
    if (!this.#isConnected) return false
    this.heard.messages++
    this.heard.bytes += message.length
    return true
  }

  canSend(): boolean {
    return this.#isConnected
  }

  punish(offence: Offence): void {
    if (this.offences.length < OFFENCES_KEPT) this.offences.push(offence)
    if (offence.severity !== 'slow' && this.#manner === 'leaves') this.leave()
  }

  /**
   * Says something, as far as the channel lets it through: longer messages end in the connection.
   */
  say(channel: number, message: Uint8Array): void {
    for (const reactor of this.#node.reactors)
      for (const { id, messageBytesMax } of reactor.channels)
        if (id === channel && this.#isConnected && message.length <= messageBytesMax)
          reactor.receive(this, channel, message.slice())
  }

  leave(): void {
    if (!this.#isConnected) return
    this.#isConnected = false
    for (const reactor of this.#node.reactors) reactor.removePeer(this)
  }
}
