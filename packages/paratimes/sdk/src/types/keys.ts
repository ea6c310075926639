/** Keys that sign transactions. */

import type { Infer, Schema } from '@wadi/cbor/codec'
import { errors } from '@wadi/cbor/errors'
import { rustEnum } from '@wadi/cbor/oneOf'
import { bytes } from '@wadi/cbor/scalars'
import { PublicKey as ConsensusKey } from '@wadi/primitives/publicKey'

/** A key is always there. */
const Ed25519Key: Schema<ConsensusKey> = { ...ConsensusKey, hasZero: false }

/** COMPAT(oasis-sdk): of any size until it verifies something. */
const Sr25519Key: Schema<Uint8Array> = { ...bytes, hasZero: false }

/**
 * A point of a curve as SEC 1 writes it, by its form alone: whether it is on the curve is seen
 * when it verifies something.
 */
function pointKey(size: number): Schema<Uint8Array> {
  const isPoint = (key: Uint8Array) => {
    const [tag] = key
    if (tag === 0) return key.length === 1
    if (tag === 4) return key.length === 2 * size + 1
    return (tag === 2 || tag === 3 || tag === 5) && key.length === size + 1
  }
  return {
    ...bytes,
    hasZero: false,
    read(reader) {
      const key = bytes.read(reader)
      if (!isPoint(key)) throw errors.wrongType('no encoded point')
      return key
    },
  }
}

const Secp256k1Key = pointKey(32)

/** A key that has an account. */
export const AccountKey = rustEnum({
  ed25519: Ed25519Key,
  /** Its account is that of its address on Ethereum. */
  secp256k1eth: Secp256k1Key,
  sr25519: Sr25519Key,
})
export type AccountKey = Infer<typeof AccountKey>

/** A key that signs with others. */
export const PublicKey = rustEnum({
  ed25519: Ed25519Key,
  secp256k1: Secp256k1Key,
  secp256r1: pointKey(32),
  secp384r1: pointKey(48),
  sr25519: Sr25519Key,
})
export type PublicKey = Infer<typeof PublicKey>

/** The key of an account, as it verifies signatures. */
export function publicKeyOf(key: AccountKey): PublicKey {
  return key.kind === 'secp256k1eth' ? { kind: 'secp256k1', body: key.body } : key
}
