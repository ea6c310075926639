/** Submitting a transaction, and seeing for ourselves that it is in a block and has not failed. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { encode } from '@wadi/cbor/codec'
import type { TransactionProof } from '@wadi/consensus/consensus/api'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { verifyTransactionProof } from '@wadi/tendermint/transactionProof'
import { errors } from './errors.ts'
import { HEAD_LAG_MAX, POLL_MS } from './limits.ts'
import type { HandedIn, Provider, Providers } from './providers.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

/** What submission needs. */
export interface SubmissionParts {
  readonly facts: VerifiedFacts
  /** Who may take the transaction. */
  readonly providers: Providers
  readonly timers: Timers
}

/** A node's word for it that a transaction is no good: nothing proves that. */
function refused(cause: CodedError): UnavailableError {
  const message = `the node says: ${cause.message}`
  return new UnavailableError('lightNode.submission', message, { cause })
}

/** Has a node take something; what nodes say against it is their own word. */
export async function handIn<T>(
  providers: Providers,
  give: (provider: Provider) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<HandedIn<T>> {
  try {
    return await providers.handIn(give, signal)
  } catch (error) {
    throw error instanceof CodedError ? refused(error) : error
  }
}

/** Waits for a block that others have already, and for the one after it. */
async function reach({ facts, timers }: SubmissionParts, height: bigint, signal?: AbortSignal) {
  const last = await facts.headers.latest()
  if (height > last + HEAD_LAG_MAX + 1n) throw errors.notInBlock(`${height}, after ${last}`)
  while ((await facts.headers.latest()) < height) {
    if (signal?.aborted === true) return
    await new Promise<void>((resolve) => {
      timers.after(POLL_MS, resolve)
    })
  }
}

/** Done when a block has the transaction, and the next one says that it has not failed. */
export async function submitProven(
  parts: SubmissionParts,
  signed: SignedTransaction,
  options: CallOptions = {},
): Promise<TransactionProof> {
  const { providers } = parts
  const give = (provider: Provider) => provider.submitTxWithProof(signed, options)
  const { by, answer } = await handIn(providers, give, options.signal)
  try {
    await checkProof(parts, { signed, ...answer }, options.signal)
    return answer
  } catch (error) {
    const isLie = error instanceof CodedError && error.reason !== 'lightNode.failed'
    if (isLie) providers.turnFrom(by, error.message)
    throw error
  }
}

/** Throws unless a transaction is where a node says, and has not failed. */
async function checkProof(
  parts: SubmissionParts,
  { signed, height, rawProof }: TransactionProof & { readonly signed: SignedTransaction },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { facts } = parts
  if (height <= 0n || rawProof === undefined) throw errors.notInBlock()
  await reach(parts, height + 1n, signal)
  const raw = encode(SignedTransaction, signed)
  const { header } = (await facts.blocks.load(height)).signedHeader
  verifyTransactionProof(rawProof, header.dataHash, raw)
  const transactions = await facts.transactions.load(height)
  const index = transactions.findIndex((transaction) => equalBytes(transaction, raw))
  const result = (await facts.results.load(height))[index]
  if (result === undefined) throw errors.notInBlock()
  if (result.code !== 0) throw errors.failed(`code ${result.code}`)
}
