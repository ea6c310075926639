/** Who is connected and speaks which protocols, each protocol with its ratings. */

import type { PublicKey } from '@wadi/primitives/publicKey'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'
import { PROTOCOLS_PER_PEER_MAX } from '../limits.ts'
import { PeerRatings } from './peerRatings.ts'

interface Speaker {
  readonly key: PublicKey
  readonly protocols: ReadonlySet<string>
}

/** See the top of this file. */
export class ProtocolPeers {
  readonly #speakers = new Map<KeyText, Speaker>()
  readonly #ratings = new Map<string, PeerRatings>()

  /** The ratings of a protocol; made when this node first asks for them. */
  of(protocol: string): PeerRatings {
    const known = this.#ratings.get(protocol)
    if (known !== undefined) return known
    const ratings = new PeerRatings()
    this.#ratings.set(protocol, ratings)
    for (const { key, protocols } of this.#speakers.values()) {
      if (protocols.has(protocol)) ratings.add(key)
    }
    return ratings
  }

  /** A connected peer says what it speaks, anew or again. */
  hear(key: PublicKey, spoken: readonly string[]): void {
    const protocols = new Set(spoken.slice(0, PROTOCOLS_PER_PEER_MAX))
    this.#speakers.set(keyTextOf(key), { key, protocols })
    for (const [protocol, ratings] of this.#ratings) {
      if (protocols.has(protocol)) ratings.add(key)
      else ratings.remove(key)
    }
  }

  /** It is gone. */
  forget(key: PublicKey): void {
    this.#speakers.delete(keyTextOf(key))
    for (const ratings of this.#ratings.values()) ratings.remove(key)
  }
}
