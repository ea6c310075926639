/** A peer with a queue that the test drains. */

import type { Offence, Peer } from '@wadi/contracts/peers'

/** See the top of this file. */
export class FakePeer implements Peer {
  readonly id: string
  readonly isOutbound = true
  readonly isPersistent = false
  readonly channels: ReadonlySet<number> = new Set()
  readonly offences: Offence[] = []
  queue: Uint8Array[] = []
  room = 4
  /** How often it was praised. */
  deeds = 0

  constructor(id: string) {
    this.id = id
  }

  send(_channel: number, message: Uint8Array): boolean {
    if (this.queue.length >= this.room) return false
    this.queue.push(message)
    return true
  }

  canSend(): boolean {
    return this.queue.length < this.room
  }

  punish(offence: Offence): void {
    this.offences.push(offence)
  }

  praise(): void {
    this.deeds++
  }

  /** Takes what waits. */
  take(): Uint8Array[] {
    const taken = this.queue
    this.queue = []
    return taken
  }
}
