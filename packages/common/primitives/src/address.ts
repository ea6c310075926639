import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { bytesOf, type FixedBytes } from '@wadi/cbor/scalars'
import { parseBech32, toBech32 } from '@wadi/crypto/bech32'
import { hashOfBytes } from './hash.ts'
import type { Namespace } from './namespace.ts'
import type { PublicKey } from './publicKey.ts'

/** Texts that are no address. */
export const errors = definePlainErrors('address', {
  malformed: 'malformed address',
})

/** A byte for the version and 20 of a hash. */
export const ADDRESS_SIZE = 21
const ADDRESS_VERSION = 0
const BECH32_PREFIX = 'oasis'

function parseText(text: string): Uint8Array {
  const { prefix, bytes } = parseBech32(text)
  if (prefix !== BECH32_PREFIX) throw errors.malformed(`prefix ${prefix}`)
  return bytes
}

/** An account of the ledger: a version byte, then 20 bytes of a hash. Its text is bech32. */
export type Address = FixedBytes<'Address'>
export const Address = bytesOf('Address', ADDRESS_SIZE, {
  jsonForm: { print: (bytes) => toBech32(BECH32_PREFIX, bytes), parse: parseText },
})

/** A valid encoding, and nobody's account. */
export const ZERO_ADDRESS: Address = Address.check(new Uint8Array(ADDRESS_SIZE))

/** The text of an address. */
export function printAddress(address: Address): string {
  return toBech32(BECH32_PREFIX, address)
}

/** The address of a text. */
export function parseAddress(text: string): Address {
  const bytes = parseText(text)
  if (bytes.length !== ADDRESS_SIZE) throw errors.malformed(`${bytes.length} bytes`)
  return Address.check(bytes)
}

function derive(context: string, data: Uint8Array): Address {
  const version = Uint8Array.of(ADDRESS_VERSION)
  const digest = hashOfBytes(concatBytes(toUtf8(context), version, data))
  return Address.check(concatBytes(version, digest.subarray(0, ADDRESS_SIZE - 1)))
}

/** The account of whoever holds the key. */
export function stakingAddress(key: PublicKey): Address {
  return derive('oasis-core/address: staking', key)
}

/** The account of a runtime. */
export function runtimeAddress(id: Namespace): Address {
  return derive('oasis-core/address: runtime', id)
}

/** The account of a module of the consensus layer. */
export function moduleAddress(module: string, kind: string): Address {
  return derive('oasis-core/address: module', toUtf8(`${module}.${kind}`))
}

/** The account of the vault that is its creator's number `id`. */
export function vaultAddress(creator: Address, id: bigint): Address {
  // The module's name is there twice: before the dot that joins module and kind, and in the kind.
  return moduleAddress('vault', `vault.${printAddress(creator)}.${id}`)
}
