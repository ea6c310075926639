import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, parseHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { signedMessage } from './arbitrary/signedMessage.ts'
import { L } from './curve.ts'
import { add, BASE, decode, encode, multiply, negate, toNumber } from './reference.ts'
import type { SignedMessage } from './signedMessage.ts'
import { verifyCofactorless } from './verifyCofactorless.ts'

interface Case {
  readonly publicKey: string
  readonly message: string
  readonly signature: string
}

function accepted(name: string): readonly number[] {
  const path = new URL(`../../vectors/ed25519/${name}`, import.meta.url)
  const cases: readonly Case[] = JSON.parse(readFileSync(path, 'utf8'))
  const isValid = ({ publicKey, message, signature }: Case): boolean =>
    verifyCofactorless({
      publicKey: parseHex(publicKey),
      message: parseHex(message),
      signature: parseHex(signature),
    })
  return cases.flatMap((c, i) => (isValid(c) ? [i] : []))
}

function byReference({ publicKey, message, signature }: SignedMessage): boolean {
  const r = signature.subarray(0, 32)
  const a = decode(publicKey)
  const s = toNumber(signature.subarray(32))
  if (a === undefined || s >= L) return false
  const k = toNumber(sha512(concatBytes(r, publicKey, message))) % L
  return equalBytes(encode(add(multiply(s, BASE), negate(multiply(k, a)))), r)
}

describe('Ed25519 verification without the cofactor', () => {
  it('accepts of "Taming the many EdDSAs" what the library of Go 1.26 accepts', () => {
    assert.deepEqual(accepted('speccheck.json'), [0, 1, 2, 3, 11])
  })

  it('accepts of the crafted signatures what the library of Go 1.26 accepts', () => {
    const byGo = [
      0, 46, 52, 54, 56, 64, 65, 67, 70, 83, 87, 100, 104, 116, 120, 124, 126, 205, 206, 207,
    ]
    assert.deepEqual(accepted('crafted.json'), [
      ...byGo,
      208,
      209,
      210,
      211,
      212,
      213,
      214,
      215,
      216,
    ])
  })

  it('decides as the equation says', () => {
    fc.assert(
      fc.property(signedMessage, (signed) => {
        assert.equal(verifyCofactorless(signed), byReference(signed))
      }),
      { numRuns: 40 },
    )
  })

  it('refuses keys and signatures of another size', () => {
    const publicKey = new Uint8Array(32)
    const message = new Uint8Array(0)
    const signature = new Uint8Array(64)
    for (const size of [0, 31, 33])
      assert.equal(
        verifyCofactorless({ publicKey: new Uint8Array(size), message, signature }),
        false,
      )
    for (const size of [0, 63, 65])
      assert.equal(
        verifyCofactorless({ publicKey, message, signature: new Uint8Array(size) }),
        false,
      )
  })
})
