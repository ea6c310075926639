/**
 * From the words of a person to the key of an account: ADR 8, that is BIP-39 for the seed and
 * SLIP-0010 (Ed25519, hardened steps only) for the path `m/44'/474'/index'`.
 */

import { hmac } from '@noble/hashes/hmac.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'

const BIP39_ROUNDS = 2048
const BIP39_SEED_BYTES = 64
const KEY_BYTES = 32
const HARDENED = 0x8000_0000
const PURPOSE = 44
/** The coin type that SLIP-0044 registers for Oasis. */
const OASIS_COIN = 474
const SLIP10_CURVE = toUtf8('ed25519 seed')

/** The largest account number that a hardened step can name. */
export const ACCOUNT_INDEX_MAX = HARDENED - 1

/** PBKDF2 over HMAC-SHA-512. */
export type Stretch = (
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  size: number,
) => Uint8Array

const plainStretch: Stretch = (password, salt, rounds, size) =>
  pbkdf2(sha512, password, salt, { c: rounds, dkLen: size })

/**
 * The BIP-39 seed of a mnemonic. The words are not checked against a list: any text has a seed.
 * Who has a faster PBKDF2 can bring it.
 */
export function seedOfMnemonic(
  mnemonic: string,
  passphrase = '',
  stretch: Stretch = plainStretch,
): Uint8Array {
  const password = toUtf8(mnemonic.normalize('NFKD'))
  const salt = toUtf8(`mnemonic${passphrase.normalize('NFKD')}`)
  return stretch(password, salt, BIP39_ROUNDS, BIP39_SEED_BYTES)
}

interface ExtendedKey {
  readonly key: Uint8Array
  readonly chainCode: Uint8Array
}

function splitDigest(digest: Uint8Array): ExtendedKey {
  return { key: digest.subarray(0, KEY_BYTES), chainCode: digest.subarray(KEY_BYTES) }
}

function deriveHardened({ key, chainCode }: ExtendedKey, index: number): ExtendedKey {
  const step = new Uint8Array(4)
  new DataView(step.buffer).setUint32(0, HARDENED + index)
  return splitDigest(hmac(sha512, chainCode, concatBytes(Uint8Array.of(0), key, step)))
}

/** The Ed25519 seed of account `index`, derived along `m/44'/474'/index'`. */
export function deriveAccountKey(seed: Uint8Array, index: number): Uint8Array {
  assert(Number.isInteger(index) && index >= 0 && index <= ACCOUNT_INDEX_MAX, 'account index')
  const master = splitDigest(hmac(sha512, SLIP10_CURVE, seed))
  return [PURPOSE, OASIS_COIN, index].reduce(deriveHardened, master).key
}
