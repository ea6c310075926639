/** The keys that tests of the reference use as well. */

import { toUtf8 } from '@wadi/base/bytes'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { expandEd25519 } from '@wadi/crypto/sr25519/secretKey'
import type { Address } from '@wadi/primitives/address'
import {
  ed25519Signer,
  secp256k1Signer,
  sr25519Signer,
  type TransactionSigner,
} from '../authentication/signTransaction.ts'
import type { AccountKey } from '../types/keys.ts'
import { type AddressSpec, addressOf } from '../types/transaction.ts'

/** Somebody in a test. */
export interface TestKey {
  readonly signer: TransactionSigner
  readonly addressSpec: AddressSpec
  readonly address: Address
}

function seedOf(name: string): Uint8Array {
  return sha512Trunc256(toUtf8(`oasis-runtime-sdk/test-keys: ${name}`))
}

function testKey(signer: TransactionSigner): TestKey {
  const { kind, body } = signer.publicKey
  const key = { kind: kind === 'secp256k1' ? 'secp256k1eth' : kind, body } as AccountKey
  const addressSpec: AddressSpec = { kind: 'signature', body: key }
  return { signer, addressSpec, address: addressOf({ addressSpec, nonce: 0n }) }
}

const noRandom = () => new Uint8Array(32)

export const alice: TestKey = testKey(ed25519Signer(seedOf('alice')))
export const bob: TestKey = testKey(ed25519Signer(seedOf('bob')))
export const charlie: TestKey = testKey(ed25519Signer(seedOf('charlie')))
export const dave: TestKey = testKey(secp256k1Signer(seedOf('dave')))
export const erin: TestKey = testKey(secp256k1Signer(seedOf('erin')))
export const frank: TestKey = testKey(sr25519Signer(expandEd25519(seedOf('frank')), noRandom))

const config = {
  signers: [alice, bob].map(({ signer: { publicKey } }) => ({ publicKey, weight: 1n })),
  threshold: 2n,
}
const multisigSpec: AddressSpec = { kind: 'multisig', body: config }

/** Alice and Bob together. */
export const together: {
  readonly addressSpec: AddressSpec
  readonly address: Address
} = { addressSpec: multisigSpec, address: addressOf({ addressSpec: multisigSpec, nonce: 0n }) }
