/** From what a wallet keeps to the key that signs. */

import { concatBytes, equalBytes, parseBase64, toBase64 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { Secret } from '@wadi/base/secret'
import { deriveAccountKey, seedOfMnemonic } from '@wadi/client-keys/accountKey'
import { publicKeyOfSeed, SEED_BYTES } from '@wadi/crypto/ed25519/sign'
import { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../errors.ts'
import type { WalletSecret } from './wallet.ts'

const KEY_BYTES = 64

/** The public key of a seed. */
export function publicKeyOf(seed: Secret<Uint8Array>): PublicKey {
  return PublicKey.check(publicKeyOfSeed(seed.reveal()))
}

/** The seed of an account's key; `number` says which of a mnemonic's. */
export function seedOf({ algorithm, data }: WalletSecret, number: number): Secret<Uint8Array> {
  if (algorithm === 'ed25519-raw') return parsePrivateKey(data)
  return new Secret(deriveAccountKey(seedOfMnemonic(data.reveal()), number))
}

/** A seed as a wallet keeps it. */
export function rawSecret(seed: Secret<Uint8Array>): WalletSecret {
  const key = concatBytes(seed.reveal(), publicKeyOf(seed))
  return { algorithm: 'ed25519-raw', data: new Secret(toBase64(key)) }
}

/** The seed in a private key: 64 bytes, or the first 32 of them, in base64. */
export function parsePrivateKey(text: Secret<string>): Secret<Uint8Array> {
  const bytes = bytesOf(text.reveal().trim())
  const seed = new Secret(bytes.subarray(0, SEED_BYTES))
  const isWhole = bytes.length === KEY_BYTES
  if (!isWhole && bytes.length !== SEED_BYTES) throw badKey()
  if (isWhole && !equalBytes(bytes.subarray(SEED_BYTES), publicKeyOf(seed))) throw badKey()
  return seed
}

function badKey(): CodedError {
  return errors.badValue('that is no private key; give 64 bytes, or 32, in base64')
}

function bytesOf(text: string): Uint8Array {
  try {
    return parseBase64(text)
  } catch (error) {
    // What was refused is a secret: its error says what it was.
    if (error instanceof CodedError) throw badKey()
    throw error
  }
}
