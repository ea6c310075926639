/** Accounts of the keystore as they are shown: nothing of their secrets. */

import { toBase64 } from '@wadi/base/bytes'
import type { Json } from '@wadi/node-config/json-output'
import { printAddress } from '@wadi/primitives/address'
import { type AccountFile, addressOf } from './accountFile.ts'

/** Where the key is, in words. */
export function keyText({ place }: AccountFile): string {
  return place.kind === 'program' ? `signed by ${place.path}` : 'under a password'
}

/** An account for programs. */
export function accountJson(name: string, account: AccountFile): { readonly [name: string]: Json } {
  return {
    name,
    address: printAddress(addressOf(account)),
    public_key: toBase64(account.publicKey),
    kind: account.place.kind,
  }
}
