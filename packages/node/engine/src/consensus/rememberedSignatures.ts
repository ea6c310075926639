/**
 * A dialect that verifies no signature twice: the precommits of a height come again as the commit
 * in the next block, and in answers to whoever catches up. Only what was valid is remembered, by
 * key, message and signature, so that no verdict is another one.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { SIGNATURES_REMEMBERED_MAX } from '../limits.ts'

type SignedMessage = Parameters<SignatureDialect['verify']>[0]

/** See the top of this file. */
export class RememberedSignatures implements SignatureDialect {
  readonly name: string
  readonly #dialect: SignatureDialect
  /** By a few bits of the signature; of two with the same bits the later one is remembered. */
  #latest = new Map<number, SignedMessage>()
  #earlier = new Map<number, SignedMessage>()

  constructor(dialect: SignatureDialect) {
    this.#dialect = dialect
    this.name = dialect.name
  }

  prehash(message: Uint8Array): Uint8Array {
    return this.#dialect.prehash(message)
  }

  verify(signed: SignedMessage): boolean {
    if (this.#isRemembered(signed)) return true
    const isValid = this.#dialect.verify(signed)
    if (isValid) this.#remember(signed)
    return isValid
  }

  verifyAll(signed: readonly SignedMessage[]): readonly boolean[] {
    const verdicts: boolean[] = signed.map((each) => this.#isRemembered(each))
    const unknown = signed.filter((_, i) => !verdicts[i])
    if (unknown.length === 0) return verdicts
    const found = this.#dialect.verifyAll(unknown)
    let next = 0
    for (const [i, isKnown] of verdicts.entries()) {
      if (isKnown) continue
      const isValid = found[next++]!
      verdicts[i] = isValid
      if (isValid) this.#remember(signed[i]!)
    }
    return verdicts
  }

  /** A height is over: signatures of the next one and of this one are of use, others are not. */
  endHeight(): void {
    this.#earlier = this.#latest
    this.#latest = new Map()
  }

  #isRemembered(signed: SignedMessage): boolean {
    const place = placeOf(signed)
    return isSame(this.#latest.get(place), signed) || isSame(this.#earlier.get(place), signed)
  }

  #remember(signed: SignedMessage): void {
    if (this.#latest.size >= SIGNATURES_REMEMBERED_MAX) this.endHeight()
    this.#latest.set(placeOf(signed), signed)
  }
}

function isSame(known: SignedMessage | undefined, signed: SignedMessage): boolean {
  return (
    known !== undefined &&
    equalBytes(known.signature, signed.signature) &&
    equalBytes(known.message, signed.message) &&
    equalBytes(known.publicKey, signed.publicKey)
  )
}

/** Of thirty bits, so that it is a small integer. */
function placeOf({ signature }: SignedMessage): number {
  const [a = 0, b = 0, c = 0, d = 0] = signature
  return a | (b << 8) | (c << 16) | ((d & 0x3f) << 24)
}
