/** The flags of every command that makes a transaction, or signs as an entity. */

import type { Flags, FlagsOf } from '@wadi/node-config/command'
import { nodeFlags, persistentFlags, signerFlags } from '@wadi/node-config/node-flags'

/** Which network something is for. */
export const genesisFileFlag = {
  'genesis.file': {
    kind: 'text',
    doc: 'genesis document of the network that it is about',
    fallback: 'genesis.json',
    short: 'g',
  },
} as const satisfies Flags

/** Where the transaction is. */
export const transactionFileFlag = {
  'transaction.file': { kind: 'text', doc: 'file with the transaction; needed', fallback: '' },
} as const satisfies Flags

/** Whose key signs: that of an entity in a folder, or the one that all tests share. */
export const entityFlags = {
  ...signerFlags,
  'signer.dir': {
    kind: 'text',
    doc: "folder of the entity's files (its key, entity.pem); the current one unless given",
    fallback: '',
  },
  'debug.test_entity': nodeFlags['debug.test_entity'],
} as const satisfies Flags

/** No questions. */
export const assumeYesFlag = {
  assume_yes: {
    kind: 'boolean',
    doc: 'ask nothing: the answer to every question is yes',
    fallback: false,
    short: 'y',
  },
} as const satisfies Flags

/** What every command that makes a transaction takes. */
export const transactionFlags = {
  ...persistentFlags,
  ...genesisFileFlag,
  'transaction.file': {
    ...transactionFileFlag['transaction.file'],
    doc: 'file to write the transaction to; needed',
  },
  ...entityFlags,
  ...assumeYesFlag,
  'transaction.fee.amount': {
    kind: 'integer',
    doc: 'fee, in base units (the smallest parts of a token)',
    fallback: 0n,
  },
  'transaction.fee.gas': {
    kind: 'text',
    doc: 'most gas that it may use; "consensus estimate_gas" says how much that is',
    fallback: '0',
  },
  'transaction.nonce': {
    kind: 'integer',
    doc: 'how many transactions the account has sent before; see "stake account nonce"',
    fallback: 0n,
  },
  'transaction.unsigned': {
    kind: 'boolean',
    doc: 'write it without a signature, in CBOR, for others to sign',
    fallback: false,
  },
} as const satisfies Flags

/** The values of {@link entityFlags}, as far as they are looked at. */
export type EntityFlagValues = FlagsOf<
  typeof entityFlags & Pick<typeof persistentFlags, 'debug.dont_blame_oasis'>
>

/** The values of {@link transactionFlags}. */
export type TransactionFlagValues = FlagsOf<typeof transactionFlags>
