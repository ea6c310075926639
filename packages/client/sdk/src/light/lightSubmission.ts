/** Submitting a transaction, and seeing for ourselves that it is in a block and has not failed. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import type { TransactionProof } from '@wadi/consensus/consensus/api'
import type { Timers } from '@wadi/contracts/world'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { verifyTransactionProof } from '@wadi/tendermint/transactionProof'
import { errors } from './errors.ts'
import { HEAD_LAG_MAX, POLL_MS } from './limits.ts'
import type { Provider } from './providers.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

/** What submission needs. */
export interface SubmissionParts {
  readonly facts: VerifiedFacts
  /** Who takes the transaction. */
  readonly provider: Provider
  readonly timers: Timers
}

/** A node's word for it that a transaction is no good: nothing proves that. */
function refused(cause: CodedError): UnavailableError {
  const message = `the node says: ${cause.message}`
  return new UnavailableError('lightNode.submission', message, { cause })
}

/** Has a node do something with a transaction; what it says against it is its own word. */
export async function handIn<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
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
  const { facts, provider } = parts
  const { height, rawProof } = await handIn(() => provider.submitTxWithProof(signed, options))
  if (height <= 0n || rawProof === undefined) throw errors.notInBlock()
  await reach(parts, height + 1n, options.signal)
  const raw = encode(SignedTransaction, signed)
  const { header } = (await facts.blocks.load(height)).signedHeader
  verifyTransactionProof(rawProof, header.dataHash, raw)
  const transactions = await facts.transactions.load(height)
  const index = transactions.findIndex((transaction) => equalBytes(transaction, raw))
  const result = (await facts.results.load(height))[index]
  if (result === undefined) throw errors.notInBlock()
  if (result.code !== 0) throw errors.failed(`code ${result.code}`)
  return { height, rawProof }
}
