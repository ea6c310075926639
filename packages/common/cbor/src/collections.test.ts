import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes, parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { arbitrary } from './arbitrary/arbitrary.ts'
import { decode, decodeRust, decodeTrusted, encode } from './codec.ts'
import { keyedMap, list, mapOf, withEntry, withoutEntry } from './collections.ts'
import { bytesOf, i64, text, u8, u64 } from './scalars.ts'
import type { Schema } from './schema.ts'
import { struct } from './struct.ts'

const Measurement = bytesOf('Measurement', 2)
const Identity = struct({ mrEnclave: Measurement, mrSigner: Measurement })
const identity = (enclave: number, signer: number) => ({
  mrEnclave: Measurement.check(Uint8Array.of(enclave, 0)),
  mrSigner: Measurement.check(Uint8Array.of(signer, 0)),
})

describe('list', () => {
  it('is an array on the wire', () => {
    assert.equal(toHex(encode(list(u8), [1, 2, 3])), '83010203')
    assert.deepEqual(decode(list(list(u8)), parseHex('8281018102')), [[1], [2]])
  })
  it('says which element is wrong', () => {
    assert.throws(() => decode(list(u8), parseHex('820160')), { message: /at \$\[1\], byte 3$/ })
  })
  it('accepts as many elements as it may have, and not one more', () => {
    const pair = list(u8, { countMax: 2 })
    assert.deepEqual(decode(pair, parseHex('820102')), [1, 2])
    assert.throws(() => decode(pair, parseHex('83010203')), { reason: 'cbor.tooMany' })
  })
})

describe('mapOf', () => {
  const keyed = <K>(key: Schema<K>, keys: readonly K[]) =>
    toHex(
      encode(
        mapOf(key, u8),
        keyedMap(
          key,
          keys.map((k) => [k, 0] as const),
        ),
      ),
    )

  it('sorts keys by the length of their encoding, then bytewise', () => {
    assert.equal(keyed(i64, [-1n, 256n, 24n, 0n, -25n]), 'a50000200018180038180019010000')
    assert.equal(keyed(text, ['b', 'aa', 'a', '']), 'a4600061610061620062616100')
  })
  it('may have structs as keys, which are maps on the wire', () => {
    const policy = mapOf(Identity, u8)
    const map = keyedMap(Identity, [
      [identity(1, 2), 7],
      [identity(2, 1), 8],
    ])
    const signerFirst = 'a2696d725f7369676e6572'
    const encoded = toHex(encode(policy, map))
    assert.ok(encoded.startsWith(`a2${signerFirst}420100`))
    assert.deepEqual(decode(policy, encode(policy, map)), map)
    assert.equal(map.get(identity(1, 2)), 7)
    assert.equal(map.get(identity(1, 1)), undefined)
  })
  it('refuses a key twice, in whatever form', () => {
    for (const hex of ['a201000100', 'a20100180100', 'a3010002000100']) {
      assert.throws(() => decode(mapOf(u8, u8), parseHex(hex)), { reason: 'cbor.duplicateKey' })
    }
    const trusted = decodeTrusted(mapOf(u8, u8), parseHex('a201000105'))
    assert.deepEqual([...trusted], [[1, 5]])
  })
  it('refuses a key twice before it reads on', () => {
    // Of the pairs after the repeated key, whose value is no number, nothing is read or kept.
    for (const hex of ['a301000100f5f5', 'a402000100020003f5']) {
      assert.throws(() => decode(mapOf(u8, u8), parseHex(hex)), { reason: 'cbor.duplicateKey' })
    }
  })
  it('demands sorted keys on the Rust side', () => {
    const hex = parseHex('a202000100')
    assert.throws(() => decodeRust(mapOf(u8, u8), hex), { reason: 'cbor.notSorted' })
  })
  it('says which pair is wrong', () => {
    const input = parseHex('a201000260')
    assert.throws(() => decode(mapOf(u8, u8), input), { message: /at \$\{0260\}, byte 5$/ })
  })
})

describe('keyedMap', () => {
  it('behaves as a Map and iterates in canonical order', () => {
    const command = fc.tuple(fc.bigInt(0n, 300n), fc.option(fc.nat(9), { nil: undefined }))
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const model = new Map<bigint, number>()
        let map = keyedMap<bigint, number>(u64, [])
        for (const [key, value] of commands) {
          if (value === undefined) {
            model.delete(key)
            map = withoutEntry(map, key)
          } else {
            model.set(key, value)
            map = withEntry(map, key, value)
          }
          assert.equal(map.get(key), model.get(key))
          assert.equal(map.has(key), model.has(key))
        }
        const byKey = [...model].sort(([a], [b]) => Number(a - b))
        assert.deepEqual([...map], byKey)
        assert.deepEqual(
          [...map.keys()],
          byKey.map(([key]) => key),
        )
        assert.deepEqual(
          [...map.values()],
          byKey.map(([, value]) => value),
        )
        assert.equal(map.size, model.size)
        assert.deepEqual(keyedMap(u64, model), map)
      }),
    )
  })
  it('leaves the map that it was made from as it was', () => {
    const map = keyedMap(u8, [[1, 'a']])
    withEntry(map, 1, 'b')
    withoutEntry(map, 1)
    assert.deepEqual([...map], [[1, 'a']])
  })
  it('keeps the last of equal keys', () => {
    assert.deepEqual(
      [
        ...keyedMap(u8, [
          [1, 'a'],
          [1, 'b'],
        ]),
      ],
      [[1, 'b']],
    )
  })
  it('orders byte keys bytewise', () => {
    fc.assert(
      fc.property(arbitrary(mapOf(Measurement, u8)), (map) => {
        const keys = [...map.keys()]
        assert.deepEqual(keys, keys.toSorted(compareBytes))
      }),
    )
  })
})
