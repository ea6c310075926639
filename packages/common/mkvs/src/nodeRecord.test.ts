import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { ADDRESS_MAX, KEY_BYTES_MAX } from './limits.ts'
import {
  decodeRecord,
  encodeRecord,
  labelSize,
  type NodeRecord,
  RECORD_HEAD_BYTES,
  recordSize,
  type StoredChild,
} from './nodeRecord.ts'

const child: fc.Arbitrary<StoredChild> = fc
  .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 0, max: ADDRESS_MAX }))
  .map(([hash, address]) => ({ hash, address }))
const leaf: fc.Arbitrary<NodeRecord> = fc
  .tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 100 }))
  .map(([key, value]) => ({ kind: 'leaf', key, value }))
const label = fc
  .tuple(fc.nat(70), fc.uint8Array({ minLength: 9, maxLength: 9 }))
  .map(([bits, bytes]) => {
    const cut = bytes.slice(0, labelSize(bits))
    const spare = (8 - (bits % 8)) % 8
    if (cut.length > 0) cut[cut.length - 1] = cut[cut.length - 1]! & (0xff << spare)
    return { labelBits: bits, label: cut }
  })
const children = fc
  .tuple(
    fc.option(child, { nil: undefined }),
    fc.option(child, { nil: undefined }),
    child,
    fc.nat(2),
  )
  .map(([a, b, c, turn]) => {
    const present = a === undefined && b === undefined ? [c, c, undefined] : [a, b, c]
    const [first, second, third] = [...present.slice(turn), ...present.slice(0, turn)]
    return { leaf: first, left: second, right: third }
  })
const internal: fc.Arbitrary<NodeRecord> = fc
  .tuple(label, children)
  .map(([labelled, slots]) => ({ kind: 'internal', ...labelled, ...slots }))

describe('a node record', () => {
  it('comes back as it was, and seven bytes tell its size', () => {
    fc.assert(
      fc.property(fc.oneof(leaf, internal), (node) => {
        const record = encodeRecord(node)
        assert.equal(recordSize(record.subarray(0, RECORD_HEAD_BYTES)), record.length)
        assert.deepEqual(decodeRecord(record), node)
      }),
      { numRuns: 300 },
    )
  })

  it('has the documented bytes', () => {
    const pair = { kind: 'leaf', key: Uint8Array.of(0xaa), value: Uint8Array.of(1, 2) } as const
    assert.equal(toHex(encodeRecord(pair)), '00010002000000aa0102')
    const hash = new Uint8Array(32).fill(0x11)
    const node = {
      kind: 'internal',
      labelBits: 3,
      label: Uint8Array.of(0xe0),
      leaf: undefined,
      left: { hash, address: 0x0605_0403_0201 },
      right: { hash, address: 1 },
    } as const
    const hashHex = '11'.repeat(32)
    assert.equal(toHex(encodeRecord(node)), `860300e0${hashHex}010203040506${hashHex}010000000000`)
  })

  it('is refused when it is cut, too long, of no kind, or has one child', () => {
    const record = encodeRecord({ kind: 'leaf', key: Uint8Array.of(1), value: Uint8Array.of(2) })
    const refuses = (bytes: Uint8Array): void => {
      assert.throws(() => decodeRecord(bytes), { reason: 'mkvs.badRecord' })
    }
    for (let size = 0; size < record.length; size++) refuses(record.slice(0, size))
    refuses(concatBytes(record, Uint8Array.of(0)))
    for (const kind of [0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xff])
      refuses(concatBytes(Uint8Array.of(kind), new Uint8Array(200)))
  })

  it('has a key of at most 8191 bytes and an address of at most 48 bits', () => {
    const value = new Uint8Array(0)
    const longest = encodeRecord({ kind: 'leaf', key: new Uint8Array(KEY_BYTES_MAX), value })
    assert.equal(decodeRecord(longest).kind, 'leaf')
    const tooLong = encodeRecord({ kind: 'leaf', key: new Uint8Array(KEY_BYTES_MAX + 1), value })
    assert.throws(() => decodeRecord(tooLong), { reason: 'mkvs.badRecord' })
    const withAddress = (address: number): Uint8Array => {
      const far = { hash: new Uint8Array(32), address }
      const label = new Uint8Array(0)
      return encodeRecord({
        kind: 'internal',
        labelBits: 0,
        label,
        leaf: far,
        left: far,
        right: far,
      })
    }
    assert.equal(decodeRecord(withAddress(ADDRESS_MAX)).kind, 'internal')
    assert.throws(() => withAddress(ADDRESS_MAX + 1), { reason: 'mkvs.badRecord' })
  })

  it('is refused when the label has bits behind its end', () => {
    const hash = new Uint8Array(32)
    const left = { hash, address: 1 }
    const node = { kind: 'internal', labelBits: 7, leaf: undefined, left, right: left } as const
    assert.equal(
      decodeRecord(encodeRecord({ ...node, label: Uint8Array.of(0xfe) })).kind,
      'internal',
    )
    assert.throws(() => decodeRecord(encodeRecord({ ...node, label: Uint8Array.of(0xff) })), {
      reason: 'mkvs.badRecord',
    })
  })

  it('answers any bytes with a coded error or a node that is written the same', () => {
    const head = fc.constantFrom(0x00, 0x83, 0x85, 0x86, 0x87)
    const bytes = fc.tuple(head, fc.uint8Array({ maxLength: 130 }))
    fc.assert(
      fc.property(bytes, ([first, rest]) => {
        const record = concatBytes(Uint8Array.of(first), rest)
        try {
          assert.deepEqual(encodeRecord(decodeRecord(record)), record)
        } catch (error) {
          assert.ok(error instanceof CodedError, String(error))
        }
      }),
      { numRuns: 2000 },
    )
  })
})
