/** Whose connections end when there are too many: of those who are worth the least. */

import type { PublicKey } from '@wadi/primitives/publicKey'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'

/** Somebody who is connected. */
export interface ConnectedPeer {
  readonly key: PublicKey
  readonly sinceMs: number
}

/** How many there may be: above `more`, as many are given up as are above `few`. */
export interface PeerCounts {
  readonly few: number
  readonly more: number
  /** Who has come later than that is not given up. */
  readonly graceMs: number
}

/** What peers are worth, by what they are for us. */
export class PeerValues {
  readonly #values = new Map<KeyText, Map<string, number>>()

  set(key: PublicKey, reason: string, value: number): void {
    const own = this.#values.get(keyTextOf(key)) ?? new Map<string, number>()
    this.#values.set(keyTextOf(key), own.set(reason, value))
  }

  unset(key: PublicKey, reason: string): void {
    const own = this.#values.get(keyTextOf(key))
    own?.delete(reason)
    if (own?.size === 0) this.#values.delete(keyTextOf(key))
  }

  /** Nothing any more, unless it is worth without end. */
  forget(key: PublicKey): void {
    if (this.of(key) < Infinity) this.#values.delete(keyTextOf(key))
  }

  of(key: PublicKey): number {
    let sum = 0
    for (const value of this.#values.get(keyTextOf(key))?.values() ?? []) sum += value
    return sum
  }
}

/**
 * Who has to go. Whoever has just come stays, and the longer somebody is here the better; whoever
 * has no end of worth stays in any case.
 */
export function surplusPeers(
  connected: readonly ConnectedPeer[],
  worthOf: (key: PublicKey) => number,
  nowMs: number,
  { few, more, graceMs }: PeerCounts,
): readonly PublicKey[] {
  if (connected.length <= more) return []
  return connected
    .map((peer) => ({ ...peer, value: worthOf(peer.key) }))
    .filter(({ value, sinceMs }) => value < Infinity && nowMs - sinceMs >= graceMs)
    .toSorted((a, b) => a.value - b.value || b.sinceMs - a.sinceMs)
    .slice(0, connected.length - few)
    .map(({ key }) => key)
}
