/** What is written of an account: who it is, in the open, and its secret, under a password. */

import { parseBase64, toBase64 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { ACCOUNT_INDEX_MAX } from '@wadi/client-keys/accountKey'
import { type Address, printAddress, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../errors.ts'
import { asObject, parseObject } from '../words/jsonObject.ts'
import { type Envelope, envelopeOf } from './wallet.ts'

/** Where the key of an account is. */
export type KeyPlace =
  | { readonly kind: 'wallet'; readonly envelope: Envelope; readonly number: number }
  /** With a program that signs: that of a device, of an agent. */
  | { readonly kind: 'program'; readonly path: string }

/** See the top of this file. */
export interface AccountFile {
  readonly publicKey: PublicKey
  readonly place: KeyPlace
}

const VERSION = 1

/** The address of whoever has the key. */
export function addressOf({ publicKey }: Pick<AccountFile, 'publicKey'>): Address {
  return stakingAddress(publicKey)
}

/**
 * The text of the file.
 * COMPAT(oasis-cli): what is not in `wadi` is a file of its wallets, which ignores what it does not
 * know.
 */
export function formatAccountFile({ publicKey, place }: AccountFile): string {
  const head = { v: VERSION, address: printAddress(addressOf({ publicKey })) }
  const who = { ...head, public_key: toBase64(publicKey) }
  const fields =
    place.kind === 'wallet'
      ? { ...place.envelope, wadi: { ...who, number: place.number } }
      : { wadi: { ...who, program: place.path } }
  return `${JSON.stringify(fields, undefined, 2)}\n`
}

function publicKeyOf(value: unknown): PublicKey | undefined {
  if (typeof value !== 'string') return undefined
  try {
    return PublicKey.check(parseBase64(value))
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** Is it the number of an account of a mnemonic? */
export function isAccountNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= ACCOUNT_INDEX_MAX
}

/** Reads the text of a file; `path` is for the sentence if it is none. */
export function parseAccountFile(text: string, path: string): AccountFile {
  const damaged = errors.damagedAccount(
    `${path} is damaged, or of another program; put a copy of it in its place, or remove it and import the account again`,
  )
  const fields = parseObject(text)
  const own = asObject(fields?.['wadi'])
  if (fields === undefined || own === undefined) throw damaged
  const { v, public_key, address, number, program } = own
  const publicKey = publicKeyOf(public_key)
  if (v !== VERSION || publicKey === undefined) throw damaged
  if (address !== printAddress(stakingAddress(publicKey))) throw damaged
  if (typeof program === 'string') return { publicKey, place: { kind: 'program', path: program } }
  const envelope = envelopeOf(fields)
  if (envelope === undefined || !isAccountNumber(number)) throw damaged
  return { publicKey, place: { kind: 'wallet', envelope, number } }
}
