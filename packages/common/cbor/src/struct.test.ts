import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseBase64, parseHex, toBase64, toHex } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import fc from 'fast-check'
import { arbitrary } from './arbitrary/arbitrary.ts'
import { decode, decodeRpc, decodeRust, encode, encodeRust, make } from './codec.ts'
import { mapOf } from './collections.ts'
import { STRUCT_FIELD_COUNT_MAX } from './limits.ts'
import { bool, bytes, bytesOf, text, u8, u16, u64 } from './scalars.ts'
import {
  arrayStruct,
  flatten,
  named,
  nilable,
  omitEmpty,
  omitEmptyInGo,
  omitEmptyInRust,
  optional,
  struct,
  wireName,
} from './struct.ts'

const Address = bytesOf('Address', 21)
const General = struct({
  balance: omitEmpty(bytes),
  nonce: omitEmpty(u64),
  allowances: omitEmpty(mapOf(Address, bytes)),
})
const Pool = struct({ balance: omitEmpty(bytes), totalShares: omitEmpty(bytes) })
const Escrow = struct({ active: omitEmpty(Pool), debonding: omitEmpty(Pool) })
const Account = struct({ general: omitEmpty(General), escrow: omitEmpty(Escrow) })

/** Names of fields: a, b, … z, aa, ab, … */
function names(count: number): readonly string[] {
  const letter = (i: number) => String.fromCharCode(97 + i)
  return Array.from({ length: count }, (_, i) =>
    i < 26 ? letter(i) : letter(Math.floor(i / 26) - 1) + letter(i % 26),
  )
}

describe('struct', () => {
  it('encodes an untouched account as an empty map', () => {
    assert.equal(toHex(encode(Account, Account.zero)), 'a0')
    assert.deepEqual(decode(Account, parseHex('a0')), Account.zero)
  })
  it('encodes the account of the reference with balance 10 and nonce 33', () => {
    const golden = 'oWdnZW5lcmFsomVub25jZRghZ2JhbGFuY2VBCg=='
    const general = make(General, { balance: Uint8Array.of(10), nonce: 33n })
    assert.equal(toBase64(encode(Account, make(Account, { general }))), golden)
    assert.deepEqual(decode(Account, parseBase64(golden)).general, general)
  })
  it('encodes version zero as an empty map', () => {
    const version = { major: omitEmpty(u16), minor: omitEmpty(u16), patch: omitEmpty(u16) }
    const Version = struct(version)
    assert.equal(toHex(encode(Version, Version.zero)), 'a0')
    assert.equal(
      toHex(encode(Version, { major: 7, minor: 0, patch: 1 })),
      'a2656d616a6f720765706174636801',
    )
  })
  it('puts shorter names first, whatever their letters', () => {
    const Identity = struct({ mrEnclave: u8, mrSigner: u8, epoch: u8, id: u8 })
    const encoded = toHex(encode(Identity, { mrEnclave: 1, mrSigner: 2, epoch: 3, id: 4 }))
    const hex = (name: string) => toHex(encode(text, name))
    const expected = ['id', '04', 'epoch', '03', 'mr_signer', '02', 'mr_enclave', '01']
    assert.equal(encoded, `a4${expected.map((part, i) => (i % 2 ? part : hex(part))).join('')}`)
  })
  it('drops a struct only if each of its fields can be dropped and is empty', () => {
    const Outer = struct({ inner: omitEmpty(struct({ a: omitEmpty(u8), b: u8 })) })
    assert.equal(toHex(encode(Outer, Outer.zero)), 'a165696e6e6572a1616200')
  })
  it('never drops an empty struct on the Rust side', () => {
    const Runtime = struct({ id: u8, txn: omitEmpty(Pool) })
    assert.equal(toHex(encode(Runtime, Runtime.zero)), 'a162696400')
    assert.equal(toHex(encodeRust(Runtime, Runtime.zero)), 'a2626964006374786ea0')
  })
  it('drops what only one of the two sides drops on that side', () => {
    const Call = struct({ kind: omitEmptyInGo(u8), meta: omitEmptyInGo(nilable(u8)) })
    const Batch = struct({ inputs: omitEmptyInRust(bytes) })
    assert.equal(toHex(encode(Call, Call.zero)), 'a0')
    assert.equal(toHex(encodeRust(Call, Call.zero)), 'a2646b696e6400646d657461f6')
    assert.equal(toHex(encode(Batch, Batch.zero)), 'a166696e7075747340')
    assert.equal(toHex(encodeRust(Batch, Batch.zero)), 'a0')
    assert.deepEqual(decodeRust(Call, encodeRust(Call, Call.zero)), Call.zero)
    assert.deepEqual(decodeRust(Batch, encodeRust(Batch, Batch.zero)), Batch.zero)
  })
  it('keeps a set pointer, even to something empty', () => {
    const Threshold = struct({ global: optional(u64), pool: optional(Pool) })
    const set = { global: 0n, pool: Pool.zero }
    assert.equal(toHex(encode(Threshold, set)), 'a264706f6f6ca066676c6f62616c00')
    assert.equal(toHex(encode(Threshold, Threshold.zero)), 'a0')
    assert.deepEqual(decode(Threshold, encode(Threshold, set)), set)
  })
  it('tells nil from empty where the reference does', () => {
    const Status = struct({ nodes: nilable(bytes) })
    assert.equal(toHex(encode(Status, { nodes: undefined })), 'a1656e6f646573f6')
    assert.equal(toHex(encode(Status, { nodes: new Uint8Array(0) })), 'a1656e6f64657340')
  })
  it('uses a wire name as given, if it is', () => {
    const Signing = struct({
      total: named('Total', u64),
      byEntity: named('ByEntity', omitEmpty(u8)),
    })
    const value = { total: 1n, byEntity: 2 }
    assert.equal(toHex(encode(Signing, value)), 'a265546f74616c01684279456e7469747902')
    assert.deepEqual(decode(Signing, encode(Signing, value)), value)
  })
  it('shows embedded structs flat, at any depth', () => {
    const Versioned = struct({ v: u16 })
    const Identity = struct({ versioned: flatten(Versioned), id: u8 })
    const Churp = struct({ identity: flatten(Identity), threshold: omitEmpty(u8) })
    const value = { identity: { versioned: { v: 1 }, id: 2 }, threshold: 0 }
    assert.equal(toHex(encode(Churp, value)), 'a261760162696402')
    assert.deepEqual(decode(Churp, encode(Churp, value)), value)
  })
  it('has a place for each field when it is an array', () => {
    const Roots = arrayStruct({ stateRoot: bytesOf('Hash', 2), ioRoot: bytesOf('Hash', 2) })
    const roots = decode(Roots, parseHex('82420102420304'))
    assert.equal(toHex(roots.ioRoot), '0304')
    assert.equal(toHex(encode(Roots, roots)), '82420102420304')
    assert.throws(() => decode(Roots, parseHex('81420102')), { reason: 'cbor.wrongType' })
  })
  it('counts the places of an array after it has read them, as the Rust side', () => {
    const Units = arrayStruct({ amount: bytes, denomination: bytes })
    const refused = (hex: string, reason: string) =>
      assert.throws(() => decodeRust(Units, parseHex(hex)), { reason: `cbor.${reason}` })
    refused('8101', 'wrongType')
    refused('8140', 'missingField')
    refused('83404001', 'unknownField')
    refused('a0', 'wrongType')
    assert.deepEqual(decodeRust(Units, parseHex('82f640')), Units.zero)
  })
  it('refuses at compile time what would be ambiguous', () => {
    assert.throws(() => struct({ a: u8, b: named('A', u8) }), BugError)
    assert.throws(() => struct({ a: u8, b: named('a', u8) }), BugError)
  })
  it('compiles up to the limit of fields, and not one beyond', () => {
    const fieldsOf = (count: number) =>
      Object.fromEntries(names(count).map((name) => [name, omitEmpty(u8)]))
    const Largest = struct(fieldsOf(STRUCT_FIELD_COUNT_MAX))
    assert.throws(() => struct(fieldsOf(STRUCT_FIELD_COUNT_MAX + 1)), BugError)
    fc.assert(
      fc.property(arbitrary(Largest), (value) => {
        assert.deepEqual(decode(Largest, encode(Largest, value)), value)
      }),
      { numRuns: 20 },
    )
  })
})

describe('decoding a struct', () => {
  const Pair = struct({ alpha: u8, beta: omitEmpty(bool) })

  it('refuses an unknown field, except from a peer, where it has to be well formed', () => {
    const input = parseHex('a265616c70686101656f7468657202')
    assert.throws(() => decode(Pair, input), { reason: 'cbor.unknownField' })
    assert.deepEqual(decodeRpc(Pair, input), { alpha: 1, beta: false })
  })
  it('takes fields in any order, the same as in the canonical one', () => {
    const Wide = struct(Object.fromEntries(names(40).map((name) => [name, u8])))
    fc.assert(
      fc.property(fc.shuffledSubarray([...names(40)], { minLength: 0 }), (order) => {
        const head = order.length < 24 ? [0xa0 | order.length] : [0xb8, order.length]
        const pairs = order.map((name, i) => `${toHex(encode(text, name))}${toHex(encode(u8, i))}`)
        const decoded = decode(Wide, parseHex(toHex(Uint8Array.from(head)) + pairs.join('')))
        const expected = { ...Wide.zero, ...Object.fromEntries(order.map((name, i) => [name, i])) }
        assert.deepEqual(decoded, expected)
      }),
    )
  })
  it('refuses a field twice, wherever it is', () => {
    const Wide = struct(Object.fromEntries(names(40).map((name) => [name, u8])))
    for (const [first, second] of [
      ['a', 'a'],
      ['an', 'an'],
      ['an', 'a'],
    ] as const) {
      const keys = [first, second, first].map((name) => `${toHex(encode(text, name))}01`)
      const input = parseHex(`a3${keys.join('')}`)
      assert.throws(() => decode(Wide, input), { reason: /^cbor\.(duplicateKey|unknownField)$/ })
      assert.throws(() => decodeRpc(Wide, input), { reason: 'cbor.duplicateKey' })
    }
  })
  it('says where the input is wrong', () => {
    const Outer = struct({ fee: optional(struct({ amount: bytes, gas: u64 })) })
    const input = parseHex('a163666565a166616d6f756e7401')
    assert.throws(() => decode(Outer, input), { message: /at \$\.fee\.amount, byte 14$/ })
  })
  it('demands canonical order and every field that has no default, on the Rust side', () => {
    assert.deepEqual(decodeRust(Pair, parseHex('a0')), Pair.zero)
    assert.deepEqual(decodeRust(Pair, parseHex('a165616c706861f6')), Pair.zero)
    assert.deepEqual(decodeRust(Pair, parseHex('f6')), Pair.zero)
    const unsorted = parseHex('a265616c706861016462657461f5')
    assert.throws(() => decodeRust(Pair, unsorted), { reason: 'cbor.notSorted' })
  })
})

describe('wireName', () => {
  it('is the snake_case of the TypeScript name', () => {
    assert.equal(wireName('minTransfer'), 'min_transfer')
    assert.equal(wireName('id'), 'id')
  })
})
