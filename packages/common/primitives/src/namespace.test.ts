import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toBase64, toHex, toUtf8 } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import { isKeyManager, isTest, Namespace, namespace, testNamespace } from './namespace.ts'

const id = new Uint8Array(24).fill(7)

describe('Namespace', () => {
  it('says in its first byte whether it is a test and whether it is a key manager', () => {
    assert.equal(toHex(namespace(id)), `0000000000000000${'07'.repeat(24)}`)
    const both = namespace(id, { isTest: true, isKeyManager: true })
    assert.equal(toHex(both), `c000000000000000${'07'.repeat(24)}`)
    assert.deepEqual([isTest(both), isKeyManager(both)], [true, true])
    assert.deepEqual([isTest(namespace(id)), isKeyManager(namespace(id))], [false, false])
  })

  it('is refused when any other flag is set, wherever it comes from', () => {
    for (let bit = 0; bit < 62; bit++) {
      const bytes = new Uint8Array(32)
      bytes[7 - (bit >> 3)]! |= 1 << (bit & 7)
      const refusal = { module: 'unknown', code: 1, reason: 'namespace.malformed' }
      assert.throws(() => Namespace.check(bytes), refusal)
      assert.throws(() => decode(Namespace, Uint8Array.of(0x58, 32, ...bytes)), refusal)
      assert.throws(() => parseJson(Namespace, `"${toHex(bytes)}"`), { module: 'unknown' })
    }
  })

  it('takes an identifier of 24 bytes, not one more or less', () => {
    for (const size of [23, 25]) {
      assert.throws(() => namespace(new Uint8Array(size)), { reason: 'namespace.malformed' })
    }
  })

  it('is hexadecimal in JSON, and base64 is accepted', () => {
    const value = namespace(id, { isTest: true })
    assert.equal(toJson(Namespace, value), `"${toHex(value)}"`)
    assert.deepEqual(parseJson(Namespace, `"${toBase64(value)}"`), value)
    assert.deepEqual(decode(Namespace, encode(Namespace, value)), value)
  })

  it('of a seed is a test namespace with the first bytes of its hash', () => {
    const value = testNamespace(toUtf8(''), { isKeyManager: true })
    assert.deepEqual(
      value,
      parseHex('c000000000000000c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f97374'),
    )
  })
})
