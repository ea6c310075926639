/** The published vectors for ChaCha20-Poly1305 (RFC 8439's own is Wycheproof's first). */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { concatBytes, parseHex } from '@wadi/base/bytes'
import type { Aead } from '../aead.ts'

interface Case {
  readonly tcId: number
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
  readonly result: string
}

const file = new URL('../../../vectors/wycheproof/chacha20_poly1305_test.json', import.meta.url)

/** Runs Wycheproof's cases on one implementation. */
export function testChaCha20Poly1305Vectors(name: string, aead: Aead): void {
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    testGroups: readonly { readonly ivSize: number; readonly tests: readonly Case[] }[]
  }
  describe(`${name} on Wycheproof chacha20_poly1305_test`, () => {
    for (const { ivSize, tests } of testGroups) {
      it(`answers as published with nonces of ${ivSize} bits (${tests.length} cases)`, () => {
        for (const vector of tests) check(aead, vector)
      })
    }
  })
}

function check(aead: Aead, vector: Case): void {
  const [keyBytes, nonce, data, text] = [vector.key, vector.iv, vector.aad, vector.msg].map(
    parseHex,
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const sealed = concatBytes(parseHex(vector.ct), parseHex(vector.tag))
  const key = aead.useKey(keyBytes)
  if (vector.result === 'valid') {
    assert.deepEqual(key.seal(nonce, text, data), sealed, `case ${vector.tcId}`)
    assert.deepEqual(key.open(nonce, sealed, data), text, `case ${vector.tcId}`)
  } else {
    assert.throws(() => key.open(nonce, sealed, data), /aead: /, `case ${vector.tcId}`)
  }
}
