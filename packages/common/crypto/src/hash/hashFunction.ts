/** What a hash function is to HMAC, HKDF and message expansion, whichever kernel computes it. */

/** A message hashed piece by piece. */
export interface Hasher {
  /** Absorbs the next piece. */
  update(piece: Uint8Array): this
  /** The digest; the hasher takes nothing more afterwards. */
  finish(): Uint8Array
  /** A second hasher that has absorbed the same. */
  clone(): Hasher
}

export interface HashFunction {
  /** The size of the blocks in which it absorbs; HMAC pads its key to one. */
  readonly blockBytes: number
  readonly digestBytes: number
  /** The digest of a whole message. */
  readonly hash: (message: Uint8Array) => Uint8Array
  /** The digest of the parts, one after the other. */
  readonly hashParts: (...parts: readonly Uint8Array[]) => Uint8Array
  /** A hasher that has absorbed nothing. */
  readonly create: () => Hasher
}
