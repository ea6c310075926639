/** Accounts of a ParaTime, as far as they are not those of the consensus layer. */

import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { uncompressPoint } from '@wadi/crypto/ecdsa/uncompressPoint'
import { keccak256 } from '@wadi/crypto/hash/sha3'
import { sha512Trunc256Parts } from '@wadi/crypto/hash/sha512'
import { ADDRESS_SIZE, Address, stakingAddress } from '@wadi/primitives/address'
import { errors } from '../authentication/errors.ts'
import { standardKey } from './compactPoint.ts'
import type { AccountKey } from './keys.ts'
import { MultisigConfig } from './multisig.ts'

const ETH_ADDRESS_SIZE = 20

function derivation(context: string): (data: Uint8Array) => Address {
  const prefix = concatBytes(toUtf8(context), Uint8Array.of(0))
  return (data) => {
    const address = new Uint8Array(ADDRESS_SIZE)
    address.set(sha512Trunc256Parts(prefix, data).subarray(0, ADDRESS_SIZE - 1), 1)
    return Address.check(address)
  }
}

/** The account of an address on Ethereum. */
export const addressOfEth = derivation('oasis-runtime-sdk/address: secp256k1eth')
const addressOfSr25519 = derivation('oasis-runtime-sdk/address: sr25519')
const ofMultisig = derivation('oasis-runtime-sdk/address: multisig')
const ofModule = derivation('oasis-runtime-sdk/address: module')

/** The address on Ethereum of a key of secp256k1. */
export function ethAddressOf(key: Uint8Array): Uint8Array {
  const point = uncompressPoint('secp256k1', standardKey('secp256k1', key) ?? key)
  if (point === undefined) throw errors.badPoint()
  return keccak256(point.subarray(1)).slice(-ETH_ADDRESS_SIZE)
}

/** The account of a key. */
export function addressOfKey(key: AccountKey): Address {
  switch (key.kind) {
    case 'ed25519':
      return stakingAddress(key.body)
    case 'secp256k1eth':
      return addressOfEth(ethAddressOf(key.body))
    case 'sr25519':
      return addressOfSr25519(key.body)
  }
}

/** The account that several keys hold. */
export function addressOfMultisig(config: MultisigConfig): Address {
  return ofMultisig(encodeRust(MultisigConfig, config))
}

/** An account of a module of a ParaTime. */
export function moduleAddress(module: string, kind: string): Address {
  return moduleAddressOfBytes(module, toUtf8(kind))
}

/** An account of a module whose kind is no text, as a contract's. */
export function moduleAddressOfBytes(module: string, kind: Uint8Array): Address {
  return ofModule(concatBytes(toUtf8(`${module}.`), kind))
}

/** An address on Ethereum that no key has: a module's. */
export function customEthAddress(domain: string, kind: Uint8Array): Uint8Array {
  const code = keccak256(
    concatBytes(Uint8Array.of(0xfe), toUtf8('oasis:'), toUtf8(domain), toUtf8('.'), kind),
  )
  const salt = toUtf8('oasis-runtime-sdk/address: ethxx')
  const creator = new Uint8Array(ETH_ADDRESS_SIZE)
  const hash = keccak256(concatBytes(Uint8Array.of(0xff), creator, salt, code))
  return hash.slice(-ETH_ADDRESS_SIZE)
}
