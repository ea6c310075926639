/** Transactions of ParaTimes, as they are sent and as they answer. */

import type { Infer, Schema } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { errors } from '@wadi/cbor/errors'
import { rustEnum } from '@wadi/cbor/oneOf'
import { bool, bytes, fixedBytes, text, u8, u16, u32, u64 } from '@wadi/cbor/scalars'
import {
  arrayStruct,
  named,
  nilable,
  omitEmpty,
  omitEmptyInGo,
  optional,
  struct,
} from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { value } from '../codec.ts'
import { addressOfEth, addressOfKey, addressOfMultisig, ethAddressOf } from './addresses.ts'
import { AccountKey } from './keys.ts'
import { MultisigConfig } from './multisig.ts'
import { BaseUnits } from './token.ts'

/** The only version there is. */
export const TRANSACTION_VERSION = 1

/** What authenticates a signer; or the name of a scheme of some module's, for all of them. */
export const AuthProof = rustEnum({
  signature: bytes,
  multisig: list(nilable(bytes)),
  module: text,
})
export type AuthProof = Infer<typeof AuthProof>

/** An encoded transaction, and what authenticates its signers. */
export const UnverifiedTransaction: Schema<UnverifiedTransaction> = {
  ...arrayStruct({ body: bytes, authProofs: list(AuthProof) }),
  hasZero: false,
}
export interface UnverifiedTransaction {
  readonly body: Uint8Array
  readonly authProofs: readonly AuthProof[]
}

/** How calls are written. */
export const CALL_FORMATS = { plain: 0, encryptedX25519DeoxysII: 1 } as const

/** COMPAT(oasis-sdk): the Rust side writes it always, clients leave the plain one out. */
const CallFormat: Schema<number> = {
  ...u8,
  read(reader) {
    const format = u8.read(reader)
    if (format > CALL_FORMATS.encryptedX25519DeoxysII) throw errors.unknownVariant(`${format}`)
    return format
  },
}

/** What is called, with what. */
export const Call = struct({
  format: omitEmptyInGo(CallFormat),
  method: omitEmpty(text),
  body: value,
  /** A call that must change nothing. */
  readOnly: named('ro', omitEmpty(bool)),
})
export type Call = Infer<typeof Call>

/** Who pays instead of the first signer, if that module agrees. */
export const FeeProxy = struct({ module: text, id: bytes })
export type FeeProxy = Infer<typeof FeeProxy>

/** What a transaction may cost. */
export const Fee = struct({
  amount: BaseUnits,
  gas: omitEmpty(u64),
  /** Zero: as many as the round may have. */
  consensusMessages: omitEmpty(u32),
  proxy: optional(FeeProxy),
})
export type Fee = Infer<typeof Fee>

/** Who signs, and how that is seen. */
export const AddressSpec = rustEnum({ signature: AccountKey, multisig: MultisigConfig })
export type AddressSpec = Infer<typeof AddressSpec>

/** An account, as its own world names it. */
export const CallerAddress = rustEnum({ address: Address, eth_address: fixedBytes(20) })
export type CallerAddress = Infer<typeof CallerAddress>

/** A caller that nobody has authenticated: a module, or who asks for an estimate. */
export interface InternalSpec {
  readonly kind: 'internal'
  readonly body: CallerAddress
}

/** A signer, and how many transactions it has had. */
export const SignerInfo = struct({ addressSpec: AddressSpec, nonce: u64 })
export type SignerInfo = Infer<typeof SignerInfo>

/** A signer, or a caller within the ParaTime, which no transaction can name. */
export interface Caller {
  readonly addressSpec: AddressSpec | InternalSpec
  readonly nonce: bigint
}

const authInfoFields = {
  fee: Fee,
  /** Rounds in which the transaction is good. */
  notBefore: optional(u64),
  notAfter: optional(u64),
} as const

/** Who signs and what it may cost. */
export const AuthInfo = struct({ signerInfo: named('si', list(SignerInfo)), ...authInfoFields })
export type AuthInfo = Infer<typeof AuthInfo>

/** As {@link AuthInfo}, of a call that may come from within. */
export type CallAuthInfo = Omit<AuthInfo, 'signerInfo'> & { readonly signerInfo: readonly Caller[] }

const TransactionFields = struct({
  version: named('v', u16),
  call: Call,
  authInfo: named('ai', AuthInfo),
})

/** A transaction. */
export const Transaction: Schema<Transaction> = { ...TransactionFields, hasZero: false }
export type Transaction = Infer<typeof TransactionFields>

const Failure = struct({ module: text, code: u32, message: omitEmpty(text) })

/** What a transaction answers. What is encrypted, only who asked can tell. */
export const CallResult = rustEnum({ ok: value, fail: Failure, unknown: value })
export type CallResult = Infer<typeof CallResult>

/** The account of a signer. */
export function addressOf({ addressSpec }: Caller): Address {
  switch (addressSpec.kind) {
    case 'signature':
      return addressOfKey(addressSpec.body)
    case 'multisig':
      return addressOfMultisig(addressSpec.body)
    case 'internal':
      return addressOfCaller(addressSpec.body)
  }
}

/** The account of a caller. */
export function addressOfCaller(caller: CallerAddress): Address {
  return caller.kind === 'address' ? caller.body : addressOfEth(caller.body)
}

/** A signer, as its own world names it. */
export function callerAddressOf(caller: Caller): CallerAddress {
  const { addressSpec } = caller
  if (addressSpec.kind === 'internal') return addressSpec.body
  if (addressSpec.kind === 'signature' && addressSpec.body.kind === 'secp256k1eth') {
    return { kind: 'eth_address', body: ethAddressOf(addressSpec.body.body) }
  }
  return { kind: 'address', body: addressOf(caller) }
}

/** What a unit of gas is paid with. */
export function gasPriceOf({ amount, gas }: Fee): bigint {
  return gas === 0n ? 0n : amount.amount / gas
}
