/** Signatures for property tests: good ones, spoilt ones, and ones with parts of small order. */

import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@wadi/base/bytes'
import fc from 'fast-check'
import { L, P } from '../curve.ts'
import * as reference from '../reference.ts'
import type { SignedMessage } from '../signedMessage.ts'

const { add, BASE, encode, IDENTITY, multiply, toBytes, toNumber } = reference

/** A point of order eight: the first of the low y whose multiple by L has it. */
function pointOfOrderEight(): reference.ReferencePoint {
  for (let y = 2n; ; y++) {
    const point = reference.decode(toBytes(y))
    if (point === undefined) continue
    const torsion = multiply(L, point)
    const { x, y: fourY, z } = multiply(4n, torsion)
    if (x !== 0n || fourY !== z) return torsion
  }
}

const T = pointOfOrderEight()
/** The eight points of small order. */
export const TORSION: readonly reference.ReferencePoint[] = Array.from({ length: 8 }, (_, i) =>
  i === 0 ? IDENTITY : multiply(BigInt(i), T),
)

type Spoil = (signed: SignedMessage, at: number) => SignedMessage

const flip = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice()
  const index = at % (8 * bytes.length)
  copy[index >> 3] = copy[index >> 3]! ^ (1 << (index & 7))
  return copy
}
const withPart = (signature: Uint8Array, part: Uint8Array, at: 0 | 32): Uint8Array => {
  const copy = signature.slice()
  copy.set(part, at)
  return copy
}
const highEncoding = (at: number): Uint8Array => toBytes(P + BigInt(at % 19))

const SPOILS: readonly Spoil[] = [
  (signed) => signed,
  (signed, at) => ({ ...signed, signature: flip(signed.signature, at) }),
  (signed, at) => ({ ...signed, publicKey: flip(signed.publicKey, at) }),
  (signed) => ({ ...signed, message: concatBytes(signed.message, Uint8Array.of(0)) }),
  (signed) => {
    const s = toNumber(signed.signature.subarray(32)) + L
    return { ...signed, signature: withPart(signed.signature, toBytes(s), 32) }
  },
  (signed, at) => ({ ...signed, publicKey: encode(TORSION[at % 8]!) }),
  (signed, at) => {
    const r = encode(TORSION[at % 8]!)
    return { ...signed, signature: withPart(signed.signature, r, 0) }
  },
  (signed, at) => ({ ...signed, publicKey: highEncoding(at) }),
  (signed, at) => ({ ...signed, signature: withPart(signed.signature, highEncoding(at), 0) }),
]

const scalar = fc.bigInt(1n, L - 1n)
const torsion = fc.oneof(
  { weight: 2, arbitrary: fc.constant(IDENTITY) },
  fc.constantFrom(...TORSION),
)

/** Signatures that are valid, with parts of small order in the key and in the nonce point. */
export const validSignature: fc.Arbitrary<SignedMessage> = fc
  .record({
    a: scalar,
    r: scalar,
    ta: torsion,
    tr: torsion,
    message: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ a, r, ta, tr, message }) => {
    const publicKey = encode(add(multiply(a, BASE), ta))
    const nonce = encode(add(multiply(r, BASE), tr))
    const k = toNumber(sha512(concatBytes(nonce, publicKey, message)))
    return { publicKey, message, signature: concatBytes(nonce, toBytes((r + k * a) % L)) }
  })

/** Half of them valid. */
export const signedMessage: fc.Arbitrary<SignedMessage> = fc
  .tuple(
    validSignature,
    fc.oneof(fc.constant(SPOILS[0]!), fc.constantFrom(...SPOILS.slice(1))),
    fc.nat(10_000),
  )
  .map(([signed, spoil, at]) => spoil(signed, at))
