import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { arbitrary } from './arbitrary/arbitrary.ts'
import { decode, decodeRust, encode, encodeRust } from './codec.ts'
import { parseJson } from './json.ts'
import { oneOf, rustEnum, UNIT } from './oneOf.ts'
import { u8, u64 } from './scalars.ts'
import { optional, struct } from './struct.ts'

const Event = oneOf({ transfer: struct({ to: u8 }), takeEscrow: u64 })

describe('oneOf', () => {
  it('is a map of the one variant that is set', () => {
    assert.equal(
      toHex(encode(Event, { kind: 'takeEscrow', body: 5n })),
      'a16b74616b655f657363726f7705',
    )
    assert.deepEqual(decode(Event, parseHex('a1687472616e73666572a162746f07')), {
      kind: 'transfer',
      body: { to: 7 },
    })
  })
  it('refuses none and several, which a struct of optional fields takes', () => {
    const both = parseHex('a2687472616e73666572a162746f076b74616b655f657363726f7705')
    assert.throws(() => decode(Event, parseHex('a0')), { reason: 'cbor.noVariant' })
    assert.throws(() => decode(Event, both), { reason: 'cbor.severalVariants' })
    const Loose = struct({ transfer: optional(struct({ to: u8 })), takeEscrow: optional(u64) })
    assert.deepEqual(decode(Loose, both), { transfer: { to: 7 }, takeEscrow: 5n })
  })
  it('may not be absent or null, at any depth', () => {
    const Outer = struct({ inner: struct({ event: Event }), id: u8 })
    for (const hex of ['a0', 'f6', 'a165696e6e6572a0', 'a165696e6e6572f6', 'a162696405']) {
      assert.throws(() => decode(Outer, parseHex(hex)), { reason: 'cbor.missingField' })
    }
    assert.throws(() => decode(Outer, undefined), { reason: 'cbor.missingField' })
    assert.throws(() => parseJson(Outer, '{"inner":{}}'), { reason: 'cbor.missingField' })
    const Optional = struct({ event: optional(Event) })
    assert.deepEqual(decode(Optional, parseHex('a0')), { event: undefined })
  })
  it('survives', () => {
    fc.assert(
      fc.property(arbitrary(Event), (event) => {
        assert.deepEqual(decode(Event, encode(Event, event)), event)
      }),
    )
  })
})

describe('rustEnum', () => {
  const Body = rustEnum({ Idle: UNIT, Empty: struct({}), Error: struct({ code: u8 }), Ready: 3 })

  it('is a text, a discriminant, or a map of one entry', () => {
    assert.equal(toHex(encodeRust(Body, { kind: 'Idle', body: undefined })), '6449646c65')
    assert.equal(toHex(encodeRust(Body, { kind: 'Empty', body: {} })), 'a165456d707479a0')
    assert.equal(toHex(encodeRust(Body, { kind: 'Ready', body: undefined })), '03')
    const error = { kind: 'Error', body: { code: 7 } } as const
    assert.equal(toHex(encodeRust(Body, error)), 'a1654572726f72a164636f646507')
    assert.deepEqual(decodeRust(Body, encodeRust(Body, error)), error)
  })
  it('takes the default of a body that is null', () => {
    const zero = { kind: 'Error', body: { code: 0 } }
    assert.deepEqual(decodeRust(Body, parseHex('a1654572726f72f6')), zero)
  })
  it('refuses unknown variants, two entries, and a variant in another form', () => {
    for (const hex of [
      '04',
      '6441626364',
      'a16441626364a0',
      '65456d707479',
      'a16449646c65a0',
      'f6',
    ]) {
      assert.throws(() => decodeRust(Body, parseHex(hex)), { module: 'unknown', code: 1 })
    }
    for (const hex of ['20', '4161', '80', 'a100a0']) {
      assert.throws(() => decodeRust(Body, parseHex(hex)), { reason: 'cbor.unknownVariant' })
      assert.throws(() => decode(Body, parseHex(hex)), { reason: 'cbor.wrongType' })
    }
    const two = parseHex('a265456d707479a0654572726f72a0')
    assert.throws(() => decodeRust(Body, two), { reason: 'cbor.severalVariants' })
  })
  it('survives', () => {
    fc.assert(
      fc.property(arbitrary(Body), (body) => {
        assert.deepEqual(decodeRust(Body, encodeRust(Body, body)), body)
      }),
    )
  })
})
