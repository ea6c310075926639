/**
 * Any item of CBOR as a tree, read and written in the most direct way.
 *
 * This is the readable reference that the compiled codec is tested against, and the way to look
 * at, or to make, input without a schema. It knows no leniency but that of order and length: keys
 * and integers are kept as they come, definite lengths and absent tags are demanded.
 */

import { toUtf8 } from '@wadi/base/bytes'
import { compareKeys } from './keyedMap.ts'
import { MAJOR, Reader, RULES } from './reader.ts'
import { readTextBody } from './textBody.ts'
import { Writer } from './writer.ts'

/** One item. */
export type Item =
  | { readonly kind: 'unsigned' | 'negative'; readonly argument: bigint }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [Item, Item])[] }
  | { readonly kind: 'simple'; readonly value: number }
  | { readonly kind: 'float'; readonly encoding: Uint8Array }

/** The item for an integer. */
export function integerItem(value: bigint): Item {
  return value < 0n
    ? { kind: 'negative', argument: -1n - value }
    : { kind: 'unsigned', argument: value }
}

/** The first item of `bytes`. */
export function readItem(bytes: Uint8Array): Item {
  return read(new Reader(bytes, RULES.untrusted))
}

function read(reader: Reader): Item {
  const start = reader.at
  const major = reader.head()
  const argument = (BigInt(reader.high) << 32n) | BigInt(reader.low)
  switch (major) {
    case MAJOR.unsigned:
      return { kind: 'unsigned', argument }
    case MAJOR.negative:
      return { kind: 'negative', argument }
    case MAJOR.bytes: {
      const size = reader.stringSize()
      reader.at += size
      return { kind: 'bytes', bytes: reader.bytes.slice(reader.at - size, reader.at) }
    }
    case MAJOR.text:
      return { kind: 'text', text: readTextBody(reader) }
    case MAJOR.list: {
      const items = Array.from({ length: reader.enterList() }, () => read(reader))
      reader.leave()
      return { kind: 'list', items }
    }
    case MAJOR.map: {
      const pairs = Array.from(
        { length: reader.enterMap() },
        () => [read(reader), read(reader)] as const,
      )
      reader.leave()
      return { kind: 'map', pairs }
    }
  }
  if (reader.info < 25) return { kind: 'simple', value: Number(argument) }
  return { kind: 'float', encoding: reader.bytes.slice(start, reader.at) }
}

/** The item's bytes: shortest heads, keys in the order given. */
export function writeItem(item: Item): Uint8Array {
  const writer = new Writer()
  write(writer, item)
  return writer.bytes.slice(0, writer.at)
}

function write(writer: Writer, item: Item): void {
  switch (item.kind) {
    case 'unsigned':
      writer.wideHead(MAJOR.unsigned, item.argument)
      break
    case 'negative':
      writer.wideHead(MAJOR.negative, item.argument)
      break
    case 'bytes':
      writer.head(MAJOR.bytes, item.bytes.length)
      writer.raw(item.bytes)
      break
    case 'text': {
      const bytes = toUtf8(item.text)
      writer.head(MAJOR.text, bytes.length)
      writer.raw(bytes)
      break
    }
    case 'list':
      writer.head(MAJOR.list, item.items.length)
      for (const inner of item.items) write(writer, inner)
      break
    case 'map':
      writer.head(MAJOR.map, item.pairs.length)
      for (const pair of item.pairs) for (const inner of pair) write(writer, inner)
      break
    case 'simple':
      writer.head(MAJOR.simple, item.value)
      break
    case 'float':
      writer.raw(item.encoding)
      break
  }
}

/** The same item with the keys of every map in canonical order. */
export function sortItem(item: Item): Item {
  if (item.kind === 'list') return { ...item, items: item.items.map(sortItem) }
  if (item.kind !== 'map') return item
  const pairs = item.pairs
    .map(([key, value]) => [sortItem(key), sortItem(value)] as const)
    .sort(([a], [b]) => compareKeys(writeItem(a), writeItem(b)))
  return { ...item, pairs }
}
