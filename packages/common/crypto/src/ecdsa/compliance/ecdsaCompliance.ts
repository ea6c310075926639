/** What every implementation behind the ECDSA face must do. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseHex } from '@wadi/base/bytes'
import { CURVE_SHAPES } from '../curveShapes.ts'
import { encodeDerSignature, parseDerSignature } from '../derSignature.ts'
import {
  type CurveName,
  type EcdsaVerifier,
  HASH_BYTES,
  type HashName,
  type MessageCheck,
} from '../ecdsa.ts'

interface Case {
  readonly tcId: number
  readonly msg: string
  readonly sig: string
  readonly result: string
}

interface Group {
  readonly publicKey: { readonly uncompressed: string }
  readonly sha: string
  readonly tests: readonly Case[]
}

const FILES: { readonly [K in CurveName]: readonly [file: string, hash: HashName] } = {
  secp256k1: ['ecdsa_secp256k1_sha256', 'sha256'],
  secp256r1: ['ecdsa_secp256r1_sha256', 'sha256'],
  secp384r1: ['ecdsa_secp384r1_sha384', 'sha384'],
}

function readGroups(name: string): readonly Group[] {
  const file = new URL(`../../../vectors/wycheproof/${name}_test.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { testGroups: readonly Group[] }).testGroups
}

/** Wycheproof's cases for the curve, both values of s being good. */
export function testEcdsaVectors(verifier: EcdsaVerifier): void {
  const [name, hash] = FILES[verifier.curve]
  it(`answers Wycheproof ${name}_test`, () => {
    for (const { publicKey, tests } of readGroups(name)) {
      for (const { tcId, msg, sig, result } of tests) {
        const check = {
          publicKey: parseHex(publicKey.uncompressed),
          hash,
          message: parseHex(msg),
          signature: parseHex(sig),
          highS: 'accept',
        } as const
        const isValid = verifier.verifyMessage(check) === 'valid'
        assert.equal(isValid, result === 'valid', `case ${tcId}`)
      }
    }
  })
}

/** Wycheproof's cases for those who refuse a high s. */
export function testLowSVectors(verifier: EcdsaVerifier): void {
  it('answers Wycheproof ecdsa_secp256k1_sha256_bitcoin_test, which refuses a high s', () => {
    const groups = readGroups('ecdsa_secp256k1_sha256_bitcoin')
    for (const { publicKey, tests } of groups) {
      for (const { tcId, msg, sig, result } of tests) {
        const check = {
          publicKey: parseHex(publicKey.uncompressed),
          hash: 'sha256',
          message: parseHex(msg),
          signature: parseHex(sig),
          highS: 'refuse',
        } as const
        const isValid = verifier.verifyMessage(check) === 'valid'
        assert.equal(isValid, result === 'valid', `case ${tcId}`)
      }
    }
  })
}

/** The other signature of the same message: n - s for s. */
export function withOtherS(curve: CurveName, signature: Uint8Array): Uint8Array {
  const { size, order } = CURVE_SHAPES[curve]
  const numbers = parseDerSignature(signature, size)
  assert.ok(numbers !== undefined)
  const s = new Uint8Array(size)
  let borrow = 0
  for (let at = size - 1; at >= 0; at--) {
    const difference = order[at]! - numbers.s[at]! - borrow
    s[at] = difference
    borrow = difference < 0 ? 1 : 0
  }
  return encodeDerSignature({ r: numbers.r, s })
}

const HASH_NAMES = Object.keys(HASH_BYTES) as readonly HashName[]

/** Runs the suite on one implementation, with a check that must come to 'valid'. */
export function testEcdsa(name: string, verifier: EcdsaVerifier, valid: MessageCheck): void {
  const { size, order } = CURVE_SHAPES[verifier.curve]
  const verdictOf = (change: Partial<MessageCheck>) =>
    verifier.verifyMessage({ ...valid, ...change })

  describe(`${name} as ECDSA`, () => {
    it('accepts a signature, and refuses it for another message or under another hash', () => {
      assert.equal(verdictOf({}), 'valid')
      assert.equal(verdictOf({ message: Uint8Array.of(99) }), 'invalid')
      const others = HASH_NAMES.filter((hash) => hash !== valid.hash && HASH_BYTES[hash] === size)
      for (const hash of others) assert.equal(verdictOf({ hash }), 'invalid')
    })

    it('refuses a hash that is not as long as the group order', () => {
      for (const hash of HASH_NAMES.filter((name) => HASH_BYTES[name] !== size)) {
        assert.throws(() => verdictOf({ hash }), { reason: 'ecdsa.badDigestSize' })
      }
    })

    it('does with a high s what it is told', () => {
      const other = withOtherS(verifier.curve, valid.signature)
      const both = [valid.signature, other]
      const accepted = both.map((signature) => verdictOf({ signature, highS: 'accept' }))
      const refused = both.map((signature) => verdictOf({ signature, highS: 'refuse' }))
      assert.deepEqual(accepted, ['valid', 'valid'])
      assert.equal(refused.filter((verdict) => verdict === 'invalid').length, 1)
    })

    it('tells a malformed signature from a wrong one', () => {
      const { signature } = valid
      const one = new Uint8Array(size)
      one[size - 1] = 1
      const zero = new Uint8Array(size)
      const malformed = [
        new Uint8Array(0),
        signature.subarray(1),
        signature.subarray(0, -1),
        Uint8Array.of(...signature, 0),
        Uint8Array.of(0x30, 0x81, ...signature.subarray(1)),
        encodeDerSignature({ r: zero, s: one }),
        encodeDerSignature({ r: one, s: zero }),
        encodeDerSignature({ r: order, s: one }),
        encodeDerSignature({ r: one, s: order }),
      ]
      for (const bad of malformed) {
        assert.equal(verdictOf({ signature: bad }), 'malformed-signature')
      }
      assert.equal(verdictOf({ signature: encodeDerSignature({ r: one, s: one }) }), 'invalid')
    })

    it('tells a malformed public key', () => {
      const { publicKey } = valid
      const offCurve = new Uint8Array(2 * size + 1).fill(1)
      offCurve[0] = 4
      const hybrid = offCurve.slice()
      hybrid[0] = 6
      const malformed = [
        new Uint8Array(0),
        Uint8Array.of(0),
        publicKey.subarray(0, -1),
        Uint8Array.of(...publicKey, 0),
        Uint8Array.of(5, ...publicKey.subarray(1)),
        new Uint8Array(size + 1).fill(0xff, 1).fill(2, 0, 1),
        hybrid,
        offCurve,
      ]
      for (const bad of malformed) {
        assert.equal(verdictOf({ publicKey: bad }), 'malformed-public-key')
      }
    })
  })
}
