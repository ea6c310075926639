import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { arbitrary } from './arbitrary/arbitrary.ts'
import { decode, encode } from './codec.ts'
import { type KeyedMap, list, mapOf } from './collections.ts'
import { type Item, integerItem, readItem, sortItem, writeItem } from './item.ts'
import { bool, bytes, bytesOf, i64, raw, text, u8, u32, u64 } from './scalars.ts'
import type { AnySchema } from './schema.ts'
import { nilable, omitEmpty, optional, struct } from './struct.ts'

const Inner = struct({ b: omitEmpty(u64), aa: omitEmpty(text), key: optional(bytesOf('Key', 2)) })
const Everything = struct({
  flag: bool,
  count: u32,
  signedCount: i64,
  name: omitEmpty(text),
  data: nilable(bytes),
  body: omitEmpty(raw),
  inner: omitEmpty(Inner),
  pointer: optional(Inner),
  items: list(nilable(u8)),
  byName: mapOf(text, list(u64)),
  byInner: omitEmpty(mapOf(Inner, bool)),
})

const NULL: Item = { kind: 'simple', value: 22 }

/** The item of a value, straight from the definition: no canonical order, no precomputed keys. */
function itemOf(schema: AnySchema, value: unknown): Item {
  const { shape } = schema
  switch (shape.kind) {
    case 'integer':
      return integerItem(BigInt(value as number | bigint))
    case 'bool':
      return { kind: 'simple', value: value ? 21 : 20 }
    case 'text':
      return { kind: 'text', text: value as string }
    case 'bytes':
    case 'fixedBytes':
      return { kind: 'bytes', bytes: value as Uint8Array }
    case 'raw':
      return (value as Uint8Array).length === 0 ? NULL : readItem(value as Uint8Array)
    case 'nilable':
      return value === undefined ? NULL : itemOf(shape.inner, value)
    case 'list':
      return { kind: 'list', items: (value as unknown[]).map((part) => itemOf(shape.item, part)) }
    case 'map': {
      const pairs = Array.from(
        value as KeyedMap<unknown, unknown>,
        ([k, v]) => [itemOf(shape.key, k), itemOf(shape.value, v)] as const,
      )
      return { kind: 'map', pairs: pairs.toReversed() }
    }
    case 'struct': {
      const parts = shape.fields.map((field) => ({
        ...field,
        part: (value as Record<string, unknown>)[field.name],
      }))
      const pairs = parts
        .filter(({ omitsEmpty, part, ...field }) => !(omitsEmpty && field.schema.isEmpty(part)))
        .map(
          ({ wire, part, ...field }) =>
            [{ kind: 'text', text: wire } as const, itemOf(field.schema, part)] as const,
        )
      return { kind: 'map', pairs }
    }
    default:
      throw new TypeError(shape.kind)
  }
}

/** The same item with its maps in another order and its heads longer than needed. */
function disguised(item: Item, turn: number): Uint8Array {
  const head = (major: number, argument: number) =>
    Uint8Array.of(major | 25, argument >> 8, argument)
  switch (item.kind) {
    case 'bytes':
      return concatBytes(head(0x40, item.bytes.length), item.bytes)
    case 'list':
      return concatBytes(
        head(0x80, item.items.length),
        ...item.items.map((i) => disguised(i, turn)),
      )
    case 'map': {
      const at = item.pairs.length === 0 ? 0 : turn % item.pairs.length
      const turned = [...item.pairs.slice(at), ...item.pairs.slice(0, at)]
      const parts = turned.flatMap(([k, v]) => [disguised(k, turn), disguised(v, turn)])
      return concatBytes(head(0xa0, item.pairs.length), ...parts)
    }
    default:
      return writeItem(item)
  }
}

describe('the reference reader and writer', () => {
  it('reads and writes appendix A of RFC 8949', () => {
    const counted = '000102030405060708090a0b0c0d0e0f10111213141516171818'
    const examples = [
      ...'f4 f5 f6 f7 f0 f8ff 00 1bffffffffffffffff 3bffffffffffffffff f90000 fa47c35000'.split(
        ' ',
      ),
      ...'fb3ff199999999999a 40 4401020304 60 64f0908591 80 83010203 8301820203820405'.split(' '),
      ...'a0 a201020304 a26161016162820203 826161a161626163'.split(' '),
      `9819${counted}`,
    ]
    for (const hex of examples) assert.equal(toHex(writeItem(readItem(parseHex(hex)))), hex)
  })
})

describe('the compiled codec', () => {
  it('encodes as the reference writer does', () => {
    fc.assert(
      fc.property(arbitrary(Everything), (value) => {
        const expected = writeItem(sortItem(itemOf(Everything as AnySchema, value)))
        assert.equal(toHex(encode(Everything, value)), toHex(expected))
      }),
    )
  })
  it('decodes what the reference writer wrote in any order and length', () => {
    const Plain = struct({
      flag: bool,
      data: nilable(bytes),
      inner: omitEmpty(Inner),
      items: list(nilable(u8)),
      byInner: mapOf(Inner, bool),
    })
    fc.assert(
      fc.property(arbitrary(Plain), fc.nat(), (value, turn) => {
        const item = itemOf(Plain as AnySchema, value)
        assert.deepEqual(decode(Plain, disguised(item, turn)), value)
      }),
    )
  })
})
