import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes, hasPrefix, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { ADDRESS_SIZE, type Address } from './address.ts'
import { hashOfBytes } from './hash.ts'
import { bytesKey, hashedKey, i64Key, keyFormat, restKey, u8Key, u64Key } from './keyFormat.ts'
import { Namespace } from './namespace.ts'

const format = keyFormat(0x42, u64Key, hashedKey<Namespace>())
const wide = keyFormat(7, u8Key, i64Key, bytesKey<Address>(ADDRESS_SIZE), restKey)
const malformed = { module: 'unknown', code: 1, reason: 'keyFormat.malformedKey' }

describe('keyFormat', () => {
  it('gives the key of the specification', () => {
    const known =
      '42000000000000002aaf13c048991224a5e4c664446b688aaf48fb5456db3629601b00ec160c74e554'
    assert.equal(toHex(format.encode(42n, Namespace.zero)), known)
  })

  it('takes a key apart and joins it again; a hashed part comes out as its hash', () => {
    const key = format.encode(42n, Namespace.zero)
    const parts = format.decode(key)
    assert.deepEqual(format.join(...parts), key)
    assert.deepEqual(parts, [42n, hashOfBytes(Namespace.zero)])
  })

  it('comes back whatever the values', () => {
    const address = fc.uint8Array({ minLength: ADDRESS_SIZE, maxLength: ADDRESS_SIZE })
    const i64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)
    fc.assert(
      fc.property(fc.nat(255), i64, address, fc.uint8Array(), (u8, height, bytes, rest) => {
        const values = [u8, height, bytes as Address, rest] as const
        const key = wide.encode(...values)
        assert.deepEqual(wide.decode(key), values)
        assert.deepEqual(wide.join(...values), key)
        assert.ok(hasPrefix(key, wide.encodePrefix(u8, height)))
        assert.ok(wide.matches(key) && !format.matches(key))
      }),
    )
  })

  it('orders keys as their integers are ordered', () => {
    const u64 = fc.bigInt(0n, 2n ** 64n - 1n)
    const single = keyFormat(1, u64Key)
    fc.assert(
      fc.property(u64, u64, (a, b) => {
        const order = Math.sign(compareBytes(single.encode(a), single.encode(b)))
        assert.equal(order, a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })

  it('refuses keys of another prefix or size', () => {
    const key = format.encode(42n, Namespace.zero)
    assert.throws(() => format.decode(key.slice(0, -1)), malformed)
    assert.throws(() => format.decode(Uint8Array.of(...key, 0)), malformed)
    assert.throws(() => format.decode(Uint8Array.of(0x43, ...key.slice(1))), malformed)
    assert.throws(() => format.decode(new Uint8Array(0)), malformed)
    assert.throws(() => wide.decode(new Uint8Array(30).fill(7)), malformed)
  })

  it('stops the program when a layout or a value is wrong', () => {
    assert.throws(() => keyFormat(1, restKey, u8Key), { name: 'BugError' })
    assert.throws(() => format.encode(2n ** 64n, Namespace.zero), { name: 'BugError' })
    assert.throws(() => wide.encodePrefix(1, 2n ** 63n), { name: 'BugError' })
    assert.throws(() => wide.encodePrefix(256), { name: 'BugError' })
    const short = new Uint8Array(20) as Address
    assert.throws(() => wide.encodePrefix(1, 2n, short), { name: 'BugError' })
  })
})
