import { definePlainErrors } from '@wadi/base/errors'
import { decode, encode, type Schema } from '@wadi/cbor/codec'
import type { BytesOf, FixedBytes } from '@wadi/cbor/scalars'
import { ADDRESS_SIZE, type Address } from '@wadi/primitives/address'
import { HASH_SIZE, type Hash } from '@wadi/primitives/hash'
import { bytesKey, hashedKey, type KeyFormat } from '@wadi/primitives/keyFormat'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'

/** Keys and values in the state that cannot be what they should be. */
export const errors = definePlainErrors('state', {
  malformedValue: 'malformed value in the state',
  unknownTable: 'key of no table',
})

/** How the values of a table are written. */
export interface StateValue<T> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

/** A table of the consensus state: which keys it has, and what is under them. */
export interface StateTable<In extends readonly unknown[], Out extends readonly unknown[], T> {
  /** Service, dot, name: `staking.accounts`. */
  readonly name: string
  readonly keys: KeyFormat<In, Out>
  readonly value: StateValue<T>
}

/** Values in canonical CBOR. */
export function cborValue<T>(schema: Schema<T>): StateValue<T> {
  return {
    encode: (value) => encode(schema, value),
    decode: (bytes) => decode(schema, bytes),
  }
}

/** Values that are the bytes of an identifier or a hash, without any encoding. */
export function rawValue<Name extends string>(type: BytesOf<Name>): StateValue<FixedBytes<Name>> {
  return { encode: (value) => value, decode: (bytes) => type.check(bytes) }
}

/** No value: that the key is there says it all. */
export const emptyValue: StateValue<undefined> = {
  encode: () => new Uint8Array(0),
  decode: (bytes) => {
    if (bytes.length > 0) throw errors.malformedValue(`${bytes.length} bytes, expected none`)
    return undefined
  },
}

/** An address as it is. */
export const addressKey = bytesKey<Address>(ADDRESS_SIZE)

/** A hash as it is. */
export const hashKey = bytesKey<Hash>(HASH_SIZE)

/** The hash of a public key: keys of the state are spread evenly so. */
export const hashedPublicKey = hashedKey<PublicKey>()

/** The hash of a runtime's identifier, for the same reason. */
export const hashedNamespace = hashedKey<Namespace>()
