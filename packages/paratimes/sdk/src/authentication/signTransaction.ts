/** Signing transactions: what clients do. */

import { equalBytes } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { secp256k1 } from '@wadi/crypto/ecdsa/nobleEcdsa'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { prehash, type SignatureContext } from '@wadi/crypto/signature/context'
import type { SecretKey } from '@wadi/crypto/sr25519/secretKey'
import { signSr25519 } from '@wadi/crypto/sr25519/sr25519'
import { hashedTranscript } from '@wadi/crypto/sr25519/transcript'
import { PublicKey as ConsensusKey } from '@wadi/primitives/publicKey'
import { type PublicKey, publicKeyOf } from '../types/keys.ts'
import {
  type AuthProof,
  type SignerInfo,
  Transaction,
  UnverifiedTransaction,
} from '../types/transaction.ts'
import { errors } from './errors.ts'

/** A key that signs. */
export interface TransactionSigner {
  readonly publicKey: PublicKey
  sign(context: SignatureContext, body: Uint8Array): Uint8Array
}

/** Signs with the seed of an Ed25519 key. */
export function ed25519Signer(seed: Uint8Array): TransactionSigner {
  const publicKey = ConsensusKey.check(publicKeyOfSeed(seed))
  return {
    publicKey: { kind: 'ed25519', body: publicKey },
    sign: (context, body) => signMessage({ seed, publicKey }, prehash(context, body)),
  }
}

/** Signs with a private key of secp256k1. */
export function secp256k1Signer(privateKey: Uint8Array): TransactionSigner {
  return {
    publicKey: { kind: 'secp256k1', body: secp256k1.publicKey(privateKey) },
    sign: (context, body) => secp256k1.signDigest(privateKey, prehash(context, body)),
  }
}

/** Signs with a key of sr25519. Each signature takes 32 fresh random bytes. */
export function sr25519Signer(key: SecretKey, random: () => Uint8Array): TransactionSigner {
  return {
    publicKey: { kind: 'sr25519', body: key.publicKey },
    sign: (context, body) => signSr25519(key, hashedTranscript(context.bytes, body), random()),
  }
}

/** The transaction as it is sent. Of several keys that hold an account not all have to sign. */
export function signTransaction(
  context: SignatureContext,
  transaction: Transaction,
  signers: readonly TransactionSigner[],
): Uint8Array {
  const body = encodeRust(Transaction, transaction)
  const signatureOf = (key: PublicKey) =>
    signers.find(({ publicKey }) => isSameKey(publicKey, key))?.sign(context, body)
  const authProofs = transaction.authInfo.signerInfo.map((info) => proofOf(info, signatureOf))
  return encodeRust(UnverifiedTransaction, { body, authProofs })
}

function isSameKey(a: PublicKey, b: PublicKey): boolean {
  return a.kind === b.kind && equalBytes(a.body, b.body)
}

function proofOf(
  { addressSpec }: SignerInfo,
  signatureOf: (key: PublicKey) => Uint8Array | undefined,
): AuthProof {
  if (addressSpec.kind === 'multisig') {
    const body = addressSpec.body.signers.map(({ publicKey }) => signatureOf(publicKey))
    return { kind: 'multisig', body }
  }
  const body = signatureOf(publicKeyOf(addressSpec.body))
  if (body === undefined) throw errors.notASigner(addressSpec.body.kind)
  return { kind: 'signature', body }
}
