import { toHex } from '@wadi/base/bytes'
import { assert, definePlainErrors } from '@wadi/base/errors'
import { excerpt } from '@wadi/cbor/errors'
import { type Hash, hashOfBytes } from './hash.ts'

/** Keys of another kind or size. */
export const errors = definePlainErrors('keyFormat', {
  malformedKey: 'key of another format',
})

/**
 * One part of a key. A caller gives `In`; a key gives back `Out`, which is less where the part is
 * hashed. `size` is undefined for the one part that may have any size; it is the last.
 */
export interface KeyElement<In, Out = In> {
  readonly size: number | undefined
  /** The bytes of a value, `size` of them. */
  toBytes(value: In): Uint8Array
  /** The bytes of what `fromBytes` gave. */
  back(value: Out): Uint8Array
  /** What the bytes of the key say. They belong to the caller. */
  fromBytes(bytes: Uint8Array): Out
}

/** A big-endian integer. */
function integerElement<T>(
  size: number,
  toBigint: (value: T) => bigint,
  fromBigint: (value: bigint) => T,
): KeyElement<T> {
  const toBytes = (value: T) => {
    const number = toBigint(value)
    assert(number >> BigInt(8 * size) === 0n, `key: ${number} does not fit ${size} bytes`)
    const bytes = new Uint8Array(size)
    let rest = number
    for (let i = size - 1; i >= 0; i--) {
      bytes[i] = Number(rest & 0xffn)
      rest >>= 8n
    }
    return bytes
  }
  const fromBytes = (bytes: Uint8Array) => fromBigint(BigInt(`0x${toHex(bytes)}`))
  return { size, toBytes, back: toBytes, fromBytes }
}

/** One byte. */
export const u8Key: KeyElement<number> = integerElement(1, BigInt, Number)

/** Eight bytes, the most significant first, so that keys sort as the numbers do. */
export const u64Key: KeyElement<bigint> = integerElement(
  8,
  (value) => value,
  (value) => value,
)
/** As its bit pattern: negative numbers come after the positive ones. */
export const i64Key: KeyElement<bigint> = integerElement(
  8,
  (value) => {
    assert(BigInt.asIntN(64, value) === value, `key: ${value} is not an i64`)
    return BigInt.asUintN(64, value)
  },
  (value) => BigInt.asIntN(64, value),
)

/** A byte string of a fixed size, such as an address. */
export function bytesKey<T extends Uint8Array>(size: number): KeyElement<T> {
  const toBytes = (value: T) => {
    assert(value.length === size, `key: ${value.length} bytes instead of ${size}`)
    return value
  }
  return { size, toBytes, back: toBytes, fromBytes: (bytes) => bytes as T }
}

/** The hash of an identifier: the key spreads evenly, and does not give the identifier back. */
export function hashedKey<T extends Uint8Array>(): KeyElement<T, Hash> {
  return {
    size: 32,
    toBytes: hashOfBytes,
    back: (hash) => hash,
    fromBytes: (bytes) => bytes as Hash,
  }
}

/** The rest of the key, of any size. */
export const restKey: KeyElement<Uint8Array> = {
  size: undefined,
  toBytes: (value) => value,
  back: (value) => value,
  fromBytes: (bytes) => bytes,
}

// biome-ignore lint/suspicious/noExplicitAny: the only way to say "of whatever types"
type Elements = readonly KeyElement<any, any>[]
type Ins<E extends Elements> = {
  readonly [I in keyof E]: E[I] extends KeyElement<infer In, infer _Out> ? In : never
}
type Outs<E extends Elements> = {
  readonly [I in keyof E]: E[I] extends KeyElement<infer _In, infer Out> ? Out : never
}

/** How the keys of one table are made: a prefix byte, then the elements one after the other. */
export interface KeyFormat<In extends readonly unknown[], Out extends readonly unknown[] = In> {
  readonly prefix: number
  /** The key of an entry. */
  encode(...values: In): Uint8Array
  /** What all keys that begin with these values begin with. */
  encodePrefix(...values: Partial<In>): Uint8Array
  /** Does the key have the prefix byte? Nothing else is looked at. */
  matches(key: Uint8Array): boolean
  /** The values in a key; hashed ones as the hash. */
  decode(key: Uint8Array): Out
  /** The key that `decode` took apart. */
  join(...values: Out): Uint8Array
}

function joinParts(prefix: number, parts: readonly Uint8Array[]): Uint8Array {
  let size = 1
  for (const part of parts) size += part.length
  const key = new Uint8Array(size)
  key[0] = prefix
  let at = 1
  for (const part of parts) {
    key.set(part, at)
    at += part.length
  }
  return key
}

/** Declares the keys of a table. Only the last element may be of any size. */
export function keyFormat<const E extends Elements>(
  prefix: number,
  ...elements: E
): KeyFormat<Ins<E>, Outs<E>> {
  const isLast = (i: number) => i === elements.length - 1
  const isLayoutGood = elements.every(({ size }, i) => size !== undefined || isLast(i))
  assert(isLayoutGood, `key ${prefix}: an element of any size must be the last`)
  const isOpen = elements.at(-1)?.size === undefined && elements.length > 0
  const fixedSize = elements.reduce((sum, { size }) => sum + (size ?? 0), 1)

  const encodePrefix = (...values: readonly unknown[]) => {
    assert(values.length <= elements.length, `key ${prefix}: too many values`)
    return joinParts(
      prefix,
      values.map((value, i) => elements[i]!.toBytes(value)),
    )
  }
  return {
    prefix,
    encodePrefix,
    encode: (...values) => {
      assert(values.length === elements.length, `key ${prefix}: too few values`)
      return encodePrefix(...values)
    },
    matches: (key) => key[0] === prefix,
    decode: (key) => {
      const isSizeGood = isOpen ? key.length >= fixedSize : key.length === fixedSize
      if (key[0] !== prefix || !isSizeGood) throw errors.malformedKey(excerpt(toHex(key)))
      let at = 1
      const values = elements.map((element) => {
        const end = element.size === undefined ? key.length : at + element.size
        const value: unknown = element.fromBytes(key.slice(at, end))
        at = end
        return value
      })
      return values as unknown as Outs<E>
    },
    join: (...values) =>
      joinParts(
        prefix,
        values.map((value, i) => elements[i]!.back(value)),
      ),
  }
}
