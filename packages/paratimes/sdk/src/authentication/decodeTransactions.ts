/** From bytes to transactions whose signers are who they claim to be. */

import { CodedError } from '@wadi/base/errors'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import { readBytes } from '../codec.ts'
import type { Frame } from '../frame/frame.ts'
import { errors } from '../modules/core/errors.ts'
import { publicKeyOf } from '../types/keys.ts'
import { type ClaimedSignature, selectSignatures } from '../types/multisig.ts'
import {
  type AuthProof,
  type SignerInfo,
  TRANSACTION_VERSION,
  Transaction,
  UnverifiedTransaction,
} from '../types/transaction.ts'
import { verifyBodies } from './verifySignatures.ts'

/** A transaction that may be executed. */
export interface DecodedTransaction {
  readonly input: Uint8Array
  readonly hash: Hash
  readonly transaction: Transaction
}

/** A transaction as far as it can be read without looking at signatures. */
interface Parsed {
  readonly input: Uint8Array
  readonly transaction: Transaction
  readonly body: Uint8Array
  readonly signatures: readonly ClaimedSignature[]
}

/**
 * What is wrong with the signatures of inputs that were looked at before, on which network. A batch
 * that misses something is begun again, with the same inputs: nobody writes to them.
 * PERF: beginning again with 1,000 transfers takes 0.67 times as long as the first time.
 */
const verdicts = new WeakMap<Uint8Array, Verdict>()

interface Verdict {
  readonly context: string
  /** Undefined if all signatures are good. */
  readonly sentence: string | undefined
}

/** What each of the inputs is, or why it is no transaction. */
export function decodeTransactions(
  frame: Frame,
  inputs: readonly Uint8Array[],
): readonly (DecodedTransaction | CodedError)[] {
  const parsed = inputs.map((input) => tryParse(frame, input))
  verify(frame, parsed)
  return parsed.map((item) => {
    if (item instanceof CodedError) return item
    const { input, transaction } = item
    const sentence = verdicts.get(input)?.sentence
    return sentence === undefined
      ? { input, hash: hashOfBytes(input), transaction }
      : malformed(sentence)
  })
}

/** Checks the signatures of all that have not been looked at yet. */
function verify({ signatureContext }: Frame, parsed: readonly (Parsed | CodedError)[]): void {
  const context = signatureContext.text
  const open = parsed.flatMap((item) => {
    const isOpen = !(item instanceof CodedError) && verdicts.get(item.input)?.context !== context
    return isOpen ? [item] : []
  })
  const sentences = verifyBodies(signatureContext, open)
  for (const [i, { input }] of open.entries())
    verdicts.set(input, { context, sentence: sentences[i] })
}

/** What the input is; throws why it is no transaction. */
export function decodeTransaction(frame: Frame, input: Uint8Array): DecodedTransaction {
  const [decoded] = decodeTransactions(frame, [input])
  if (decoded instanceof CodedError) throw decoded
  return decoded!
}

/** COMPAT(oasis-sdk): who reads a transaction says it, and who asked for it says it again. */
function malformed(sentence: string): CodedError {
  return errors.malformedTransaction(`malformed transaction: ${sentence}`)
}

function tryParse(frame: Frame, input: Uint8Array): Parsed | CodedError {
  try {
    return parse(frame, input)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return error
  }
}

function parse(frame: Frame, input: Uint8Array): Parsed {
  const { modules } = frame.paratime
  for (const { hooks } of modules) hooks.approveInput?.(frame, input)
  const decoding = readBytes(UnverifiedTransaction, input)
  if (decoding.kind === 'refused') throw errors.malformedTransaction(decoding.sentence)
  const unverified = decoding.value
  for (const { hooks } of modules) hooks.approveUnverified?.(frame, unverified)
  const { body, authProofs } = unverified
  const [proof] = authProofs
  if (authProofs.length === 1 && proof?.kind === 'module') {
    return { input, transaction: decodeByModule(frame, proof.body, body), body, signatures: [] }
  }
  const transaction = parseBody(body)
  return { input, transaction, body, signatures: claimsOf(transaction, authProofs) }
}

function decodeByModule(frame: Frame, scheme: string, body: Uint8Array): Transaction {
  for (const { hooks } of frame.paratime.modules) {
    const transaction = hooks.decodeScheme?.(frame, scheme, body)
    if (transaction !== undefined) return transaction
  }
  throw errors.malformedTransaction(
    `module-controlled transaction decoding scheme ${scheme} not supported`,
  )
}

function parseBody(body: Uint8Array): Transaction {
  const decoding = readBytes(Transaction, body)
  if (decoding.kind === 'refused') throw malformed(decoding.sentence)
  const transaction = decoding.value
  if (transaction.version !== TRANSACTION_VERSION) {
    throw errors.malformedTransaction('unsupported version')
  }
  if (transaction.authInfo.signerInfo.length === 0) throw malformed('transaction has no signers')
  return transaction
}

/** The signatures that must be valid. */
function claimsOf(
  { authInfo: { signerInfo } }: Transaction,
  proofs: readonly AuthProof[],
): readonly ClaimedSignature[] {
  if (proofs.length !== signerInfo.length) {
    const counts = `expected ${signerInfo.length} but found ${proofs.length}`
    throw malformed(`unexpected number of auth proofs. ${counts}`)
  }
  return signerInfo.flatMap((signer, i) => claimsOfSigner(signer, proofs[i]!))
}

function claimsOfSigner(
  { addressSpec }: SignerInfo,
  proof: AuthProof,
): readonly ClaimedSignature[] {
  if (proof.kind === 'module') {
    throw malformed('module-controlled decoding flag in auth proof list')
  }
  if (addressSpec.kind === 'signature') {
    if (proof.kind === 'multisig') {
      throw malformed('transaction signer used a single signature, but auth proof was multisig')
    }
    return [{ publicKey: publicKeyOf(addressSpec.body), signature: proof.body }]
  }
  if (proof.kind === 'signature') {
    throw malformed('transaction signer used multisig, but auth proof was a single signature')
  }
  const selection = selectSignatures(addressSpec.body, proof.body)
  if (selection.kind === 'refused') throw malformed(selection.sentence)
  return selection.signatures
}
