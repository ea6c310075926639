/** Amounts: how much of what. */

import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import type { Infer } from '@wadi/cbor/codec'
import { type KeyedMap, keyedMap, mapOf } from '@wadi/cbor/collections'
import { errors } from '@wadi/cbor/errors'
import { mapped } from '@wadi/cbor/mapped'
import { bytes } from '@wadi/cbor/scalars'
import type { Branded, Schema } from '@wadi/cbor/schema'
import { arrayStruct } from '@wadi/cbor/struct'
import { DENOMINATION_SIZE_MAX } from '../limits.ts'

const U128_BYTES = 16
/** The largest amount. */
export const U128_MAX: bigint = (1n << 128n) - 1n
/** The largest 64-bit integer. */
export const U64_MAX: bigint = (1n << 64n) - 1n

function u128FromBytes(source: Uint8Array): bigint {
  if (source.length > U128_BYTES) throw errors.outOfRange(`${source.length} bytes of a u128`)
  return source.length === 0 ? 0n : BigInt(`0x${toHex(source)}`)
}

function u128ToBytes(amount: bigint): Uint8Array {
  if (amount < 0n || amount > U128_MAX) throw errors.outOfRange(`${amount} is no u128`)
  if (amount === 0n) return new Uint8Array(0)
  const digits = amount.toString(16)
  return parseHex(digits.length % 2 === 0 ? digits : `0${digits}`)
}

/** A 128-bit integer: bytes without leading zeros; on reading there may be some. */
export const U128: Schema<bigint> = mapped(bytes, {
  name: 'U128',
  from: u128FromBytes,
  to: u128ToBytes,
})

/** What is counted. The native one has no name. */
export type Denomination = Branded<Uint8Array, 'Denomination'>
export const Denomination: Schema<Denomination> = mapped(bytes, {
  name: 'Denomination',
  from(name) {
    // COMPAT(oasis-sdk): a name that is too long is an item of another type.
    if (name.length > DENOMINATION_SIZE_MAX) throw errors.wrongType(`${name.length} bytes of name`)
    return name as Denomination
  },
  to: (name) => name,
})

/** The denomination of a name. */
export function denomination(name: string): Denomination {
  const encoded = toUtf8(name)
  if (encoded.length > DENOMINATION_SIZE_MAX) throw errors.wrongType(`${encoded.length} bytes`)
  return encoded as Denomination
}

/** What fees are paid in, as a rule. */
export const NATIVE: Denomination = denomination('')

/** An amount of a denomination. */
export const BaseUnits = arrayStruct({ amount: U128, denomination: Denomination })
export type BaseUnits = Infer<typeof BaseUnits>

/** So much of the native denomination. */
export function native(amount: bigint): BaseUnits {
  return { amount, denomination: NATIVE }
}

/** Amounts by denomination. */
export const Amounts: Schema<Amounts> = mapOf(Denomination, U128)
export type Amounts = KeyedMap<Denomination, bigint>

/** Amounts of the pairs. */
export function amountsOf(pairs: readonly (readonly [Denomination, bigint])[]): Amounts {
  return keyedMap(Denomination, pairs)
}
