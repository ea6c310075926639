/** Who signs in a ParaTime: an account of this machine, or keys of other kinds in files. */

import { parseHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { expandEd25519 } from '@wadi/crypto/sr25519/secretKey'
import type { Flags, FlagsOf } from '@wadi/node-config/command'
import {
  ed25519Signer,
  secp256k1Signer,
  sr25519Signer,
} from '@wadi/paratime-sdk/authentication/signTransaction'
import type { AccountKey, PublicKey } from '@wadi/paratime-sdk/types/keys'
import { type AddressSpec, addressOf } from '@wadi/paratime-sdk/types/transaction'
import type { Address } from '@wadi/primitives/address'
import type { ParatimeSigner } from '@wadi/sdk/submit-paratime-transaction'
import type { AddressBook, OwnAccount } from '../accounts/addressBook.ts'
import { errors } from '../errors.ts'
import { readSecretLine } from '../terminal/files.ts'

/** How somebody says who signs. */
export const keyFlags = {
  'key-file': {
    kind: 'text',
    doc: 'a file with a private key, 64 hexadecimal digits, that signs in place of an account',
    fallback: '',
    word: 'path',
  },
  algorithm: {
    kind: 'text',
    doc: 'what the key in --key-file is of: ed25519, secp256k1 (as on Ethereum) or sr25519',
    fallback: 'ed25519',
    word: 'name',
  },
  with: {
    kind: 'text',
    doc: 'more files with keys, with commas between: all of them hold the account together',
    fallback: '',
    word: 'paths',
  },
} as const satisfies Flags

/** Somebody who has an account in a ParaTime. */
export interface ParatimeAccount {
  readonly address: Address
  readonly addressSpec: AddressSpec
  unlock(): Promise<readonly ParatimeSigner[]>
}

type KeyFlags = FlagsOf<typeof keyFlags> & { readonly account: string }

const SECRET = /^[0-9a-fA-F]{64}$/

function secretOf(path: string): Uint8Array {
  const said = readSecretLine(path, 'a file with a private key in hexadecimal')
  const text = said.reveal().trim()
  if (SECRET.test(text)) return parseHex(text)
  throw errors.badFile(`${path} is no private key of 64 hexadecimal digits; name another file`)
}

function signerOf(path: string, algorithm: string, random: RandomSource): ParatimeSigner {
  const secret = secretOf(path)
  try {
    if (algorithm === 'ed25519') return ed25519Signer(secret)
    if (algorithm === 'secp256k1') return secp256k1Signer(secret)
    if (algorithm === 'sr25519') return sr25519Signer(expandEd25519(secret), () => random.bytes(32))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badFile(`${path} is no private key (${error.message}); name another file`)
  }
  throw errors.badValue(
    `--algorithm is ${JSON.stringify(algorithm)}; it can be ed25519, secp256k1, sr25519`,
  )
}

function accountKeyOf({ kind, body }: PublicKey): AccountKey {
  return { kind: kind === 'secp256k1' ? 'secp256k1eth' : kind, body } as AccountKey
}

function specOf(signers: readonly ParatimeSigner[]): AddressSpec {
  const [first] = signers
  if (signers.length === 1) return { kind: 'signature', body: accountKeyOf(first!.publicKey) }
  const shares = signers.map(({ publicKey }) => ({ publicKey, weight: 1n }))
  return { kind: 'multisig', body: { signers: shares, threshold: BigInt(shares.length) } }
}

function accountOfFiles(flags: KeyFlags, random: RandomSource): ParatimeAccount {
  const paths = [flags['key-file'], ...flags.with.split(',').filter((path) => path !== '')]
  const signers = paths.map((path) => signerOf(path, flags.algorithm, random))
  const addressSpec = specOf(signers)
  const address = addressOf({ addressSpec, nonce: 0n })
  return { address, addressSpec, unlock: () => Promise.resolve(signers) }
}

function accountOfBook(own: OwnAccount): ParatimeAccount {
  const publicKey: PublicKey = { kind: 'ed25519', body: own.publicKey }
  return {
    address: own.address,
    addressSpec: { kind: 'signature', body: accountKeyOf(publicKey) },
    async unlock() {
      const signer = await own.unlock()
      return [{ publicKey, sign: (context, body) => signer.sign(context, body) }]
    },
  }
}

/** Who signs, as the flags say. */
export function paratimeAccount(
  book: AddressBook,
  flags: KeyFlags,
  random: RandomSource,
): ParatimeAccount {
  const isOfFiles = flags['key-file'] !== ''
  if (isOfFiles && flags.account !== '')
    throw errors.badValue('--account and --key-file are given; give one of them')
  if (!isOfFiles && flags.with !== '')
    throw errors.badValue('--with is given without --key-file; give that, too')
  return isOfFiles ? accountOfFiles(flags, random) : accountOfBook(book.own(flags.account))
}
