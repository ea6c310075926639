import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64, toHex, toUtf8 } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import { text } from '@wadi/cbor/scalars'
import { EMPTY_HASH, Hash, hashOf, hashOfBytes } from './hash.ts'

describe('Hash', () => {
  it('of nothing is the known constant', () => {
    const known = 'c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a'
    assert.equal(toHex(EMPTY_HASH), known)
  })

  it('of a value is that of its encoding', () => {
    assert.deepEqual(hashOf(text, 'oasis'), hashOfBytes(encode(text, 'oasis')))
  })

  it('is hexadecimal in JSON, and base64 is accepted', () => {
    const hash = hashOfBytes(toUtf8('oasis'))
    assert.equal(toJson(Hash, hash), `"${toHex(hash)}"`)
    assert.deepEqual(parseJson(Hash, `"${toHex(hash).toUpperCase()}"`), hash)
    assert.deepEqual(parseJson(Hash, `"${toBase64(hash)}"`), hash)
  })

  it('has 32 bytes: 31 and 33 are refused', () => {
    for (const size of [31, 33]) {
      const encoded = Uint8Array.of(0x58, size, ...new Uint8Array(size))
      assert.throws(() => decode(Hash, encoded), { module: 'unknown', code: 1 })
      assert.throws(() => parseJson(Hash, `"${'00'.repeat(size)}"`), { module: 'unknown' })
    }
  })
})
