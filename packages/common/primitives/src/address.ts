import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { bytesOf, type FixedBytes } from '@wadi/cbor/scalars'
import { parseBech32, toBech32 } from '@wadi/crypto/bech32'
import { sha512Trunc256Parts } from '@wadi/crypto/hash/sha512'
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

/** Addresses of one context: what is hashed begins with it and with the version. */
function derivation(context: string): (data: Uint8Array) => Address {
  const prefix = concatBytes(toUtf8(context), Uint8Array.of(ADDRESS_VERSION))
  return (data) => {
    const address = new Uint8Array(ADDRESS_SIZE)
    address[0] = ADDRESS_VERSION
    address.set(sha512Trunc256Parts(prefix, data).subarray(0, ADDRESS_SIZE - 1), 1)
    return Address.check(address)
  }
}

/** The account of whoever holds the key. */
export const stakingAddress: (key: PublicKey) => Address = derivation('oasis-core/address: staking')

/** The account of a runtime. */
export const runtimeAddress: (id: Namespace) => Address = derivation('oasis-core/address: runtime')

const ofModule = derivation('oasis-core/address: module')

/** The account of a module of the consensus layer. */
export function moduleAddress(module: string, kind: string): Address {
  return ofModule(toUtf8(`${module}.${kind}`))
}

/** The account of the vault that is its creator's number `id`. */
export function vaultAddress(creator: Address, id: bigint): Address {
  // The module's name is there twice: before the dot that joins module and kind, and in the kind.
  return moduleAddress('vault', `vault.${printAddress(creator)}.${id}`)
}
