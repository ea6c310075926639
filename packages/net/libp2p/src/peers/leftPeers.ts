/** Peers that left: the library remembers each for hours; here only the last ones are known. */

import type { PublicKey } from '@wadi/primitives/publicKey'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'
import { LEFT_PEERS_MAX } from '../limits.ts'

/** See the top of this file. */
export class LeftPeers {
  /** In the order in which they left. */
  readonly #left = new Map<KeyText, PublicKey>()

  /** Somebody left. Gives whom to forget now. */
  leave(key: PublicKey): PublicKey | undefined {
    const text = keyTextOf(key)
    this.#left.delete(text)
    this.#left.set(text, key)
    if (this.#left.size <= LEFT_PEERS_MAX) return undefined
    const [[oldest, forgotten]] = this.#left as unknown as [[KeyText, PublicKey]]
    this.#left.delete(oldest)
    return forgotten
  }

  /** It is back. */
  return(key: PublicKey): void {
    this.#left.delete(keyTextOf(key))
  }
}
