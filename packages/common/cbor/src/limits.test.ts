import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, parseHex } from '@wadi/base/bytes'
import { decode, decodeRust, decodeTrusted } from './codec.ts'
import { list } from './collections.ts'
import { excerpt } from './errors.ts'
import { parseJson } from './json.ts'
import {
  EXCERPT_SIZE_MAX,
  JSON_FIELD_REPEAT_MAX,
  JSON_NESTING_MAX,
  LIST_COUNT_MAX,
  MAP_COUNT_MAX,
  NESTING_MAX,
  RUST_NESTING_MAX,
  SPARE_BUFFER_SIZE_MAX,
  TRUSTED_COUNT_MAX,
} from './limits.ts'
import { raw, u8 } from './scalars.ts'
import { struct } from './struct.ts'
import { isWorthKeeping } from './writer.ts'

const nested = (depth: number) => new Uint8Array(depth + 1).fill(0x81, 0, depth)
const counted = (head: number, count: number, size: number) =>
  concatBytes(
    Uint8Array.of(head, count >>> 24, count >>> 16, count >>> 8, count),
    new Uint8Array(size),
  )

describe('the bounds of the decoders', () => {
  it('NESTING_MAX: that many levels, and not one more', () => {
    assert.equal(decode(raw, nested(NESTING_MAX)).length, NESTING_MAX + 1)
    assert.throws(() => decode(raw, nested(NESTING_MAX + 1)), { reason: 'cbor.tooDeep' })
    assert.throws(() => decodeTrusted(raw, nested(NESTING_MAX + 1)), { reason: 'cbor.tooDeep' })
  })
  it('NESTING_MAX counts the levels around an opaque item', () => {
    const Holder = struct({ a: raw })
    const around = parseHex('a16161')
    const holds = (depth: number) => decode(Holder, concatBytes(around, nested(depth)))
    assert.equal(holds(NESTING_MAX - 1).a.length, NESTING_MAX)
    assert.throws(() => holds(NESTING_MAX), { reason: 'cbor.tooDeep' })
  })
  it('RUST_NESTING_MAX: that many levels, and not one more', () => {
    assert.equal(decodeRust(raw, nested(RUST_NESTING_MAX)).length, RUST_NESTING_MAX + 1)
    assert.throws(() => decodeRust(raw, nested(RUST_NESTING_MAX + 1)), { reason: 'cbor.tooDeep' })
  })
  it('LIST_COUNT_MAX: that many elements, and not one more', () => {
    const largest = counted(0x9a, LIST_COUNT_MAX, LIST_COUNT_MAX)
    assert.equal(decode(raw, largest).length, largest.length)
    const beyond = counted(0x9a, LIST_COUNT_MAX + 1, LIST_COUNT_MAX + 1)
    assert.throws(() => decode(raw, beyond), { reason: 'cbor.tooMany' })
    assert.throws(() => decode(list(u8), beyond), { reason: 'cbor.tooMany' })
    assert.equal(decodeTrusted(raw, beyond).length, beyond.length)
  })
  it('MAP_COUNT_MAX: that many pairs, and not one more', () => {
    const largest = counted(0xba, MAP_COUNT_MAX, 2 * MAP_COUNT_MAX)
    assert.equal(decode(raw, largest).length, largest.length)
    const beyond = counted(0xba, MAP_COUNT_MAX + 1, 2 * MAP_COUNT_MAX + 2)
    assert.throws(() => decode(raw, beyond), { reason: 'cbor.tooMany' })
  })
  it('TRUSTED_COUNT_MAX: that many are looked for, and one more is refused at once', () => {
    for (const major of [0x9a, 0xba]) {
      const most = counted(major, TRUSTED_COUNT_MAX, 1)
      assert.throws(() => decodeTrusted(raw, most), { reason: 'cbor.truncated' })
      const beyond = counted(major, TRUSTED_COUNT_MAX + 1, 1)
      assert.throws(() => decodeTrusted(raw, beyond), { reason: 'cbor.tooMany' })
    }
  })
  it('EXCERPT_SIZE_MAX: that many characters are quoted, and no more', () => {
    const atBound = 'x'.repeat(EXCERPT_SIZE_MAX)
    assert.equal(excerpt(atBound), atBound)
    assert.equal(excerpt(`${atBound}x`), `${atBound}…`)
  })
  it('SPARE_BUFFER_SIZE_MAX: a buffer that large is kept, and no larger one', () => {
    assert.equal(isWorthKeeping(SPARE_BUFFER_SIZE_MAX), true)
    assert.equal(isWorthKeeping(SPARE_BUFFER_SIZE_MAX + 1), false)
  })
  it('JSON_NESTING_MAX: that many levels, and not one more', () => {
    const document = (depth: number) => `{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    assert.deepEqual(parseJson(struct({ a: u8 }), document(JSON_NESTING_MAX)), { a: 0 })
    assert.throws(() => parseJson(struct({ a: u8 }), document(JSON_NESTING_MAX + 1)), {
      reason: 'cbor.tooDeep',
    })
  })
  it('JSON_FIELD_REPEAT_MAX: that many times, and not once more', () => {
    const document = (count: number) => `{${Array(count).fill('"a":1').join(',')}}`
    assert.deepEqual(parseJson(struct({ a: u8 }), document(JSON_FIELD_REPEAT_MAX)), { a: 1 })
    assert.throws(() => parseJson(struct({ a: u8 }), document(JSON_FIELD_REPEAT_MAX + 1)), {
      reason: 'cbor.duplicateKey',
    })
  })
})
