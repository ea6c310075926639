/** The accounts that a network begins with: anybody can have their keys, on this machine. */

import { pbkdf2Sync } from 'node:crypto'
import { concatBytes, toBase64 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { deriveAccountKey, type Stretch, seedOfMnemonic } from '@wadi/client-keys/accountKey'
import type { NetworkAccount } from '@wadi/compose/network-keys'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import { stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'

/**
 * The words of the accounts: those of the first test of BIP-39, so that every wallet takes them and
 * nobody takes them for a secret.
 */
export const MNEMONIC = `${'abandon '.repeat(11)}about`

/** So many accounts of it are funded; the one after them gives to whoever asks. */
export const ACCOUNTS = 10

/** PERF: Node's own takes 1.5 ms where the one that runs everywhere takes 38, once and cold. */
const stretch: Stretch = (password, salt, rounds, size) =>
  pbkdf2Sync(password, salt, rounds, size, 'sha512')

/** PERF: stretching the words is nearly all that an account costs, and it is the same for all. */
let stretched: Uint8Array | undefined

function seedOf(index: number): Uint8Array {
  stretched ??= seedOfMnemonic(MNEMONIC, '', stretch)
  return deriveAccountKey(stretched, index)
}

/** An account of the mnemonic, by its number. */
export function localAccount(index: number): NetworkAccount {
  const signer = createMemorySigner('entity', new Secret(seedOf(index)))
  return { signer, address: stakingAddress(PublicKey.check(signer.publicKey)) }
}

let accounts: readonly NetworkAccount[] | undefined

/** The funded accounts, and the last one, which is the faucet's. */
export function localAccounts(): readonly NetworkAccount[] {
  accounts ??= Array.from({ length: ACCOUNTS + 1 }, (_, i) => localAccount(i))
  return accounts
}

/** The private key of an account as wallets take it: seed and public key, in base64. */
export function localPrivateKey(index: number): string {
  return toBase64(concatBytes(seedOf(index), localAccount(index).signer.publicKey))
}
