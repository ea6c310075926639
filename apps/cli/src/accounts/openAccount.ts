/** The secret of an account, by its password. */

import { equalBytes } from '@wadi/base/bytes'
import type { Secret } from '@wadi/base/secret'
import { errors } from '../errors.ts'
import type { AccountFile, KeyPlace } from './accountFile.ts'
import { publicKeyOf, seedOf } from './accountKey.ts'
import { open, type WalletSecret } from './wallet.ts'

/** An account whose key is under a password. */
export interface WalletAccount extends AccountFile {
  readonly place: Extract<KeyPlace, { readonly kind: 'wallet' }>
}

/** What is kept, and the seed of the key that follows. */
export interface OpenedAccount {
  readonly secret: WalletSecret
  readonly seed: Secret<Uint8Array>
}

/** A file whose open part names another key than its secret is would show a wrong address. */
export function openAccount(
  name: string,
  { place, publicKey }: WalletAccount,
  password: Secret<string>,
): OpenedAccount {
  const secret = open(place.envelope, password, name)
  const seed = seedOf(secret, place.number)
  if (equalBytes(publicKeyOf(seed), publicKey)) return { secret, seed }
  throw errors.damagedAccount(
    `the file of ${name} names another key than the one that is in it; put a copy of it in its place, or import the account again`,
  )
}
