/** The transaction that a proposer adds to its block, and that everybody else checks. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode, zero } from '@wadi/cbor/codec'
import { BlockMetadata, type methodBodies } from '@wadi/consensus/consensus/methods'
import type { Signer } from '@wadi/crypto/signature/signer'
import { HASH_SIZE, Hash } from '@wadi/primitives/hash'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import type { Block } from '../kernel/block.ts'
import { blockErrors } from './errors.ts'

/** The one method that proposers call. */
export const METADATA_METHOD = 'consensus.Meta' satisfies keyof typeof methodBodies

/** What a block's metadata say. */
export interface BlockRoots {
  /** Of the state after the block. */
  readonly state: Uint8Array
  /** Of the provable events of the block. */
  readonly events: Uint8Array
}

/** The proposer's transaction, encoded. */
export function metadataTransaction(
  signer: Signer,
  chainContext: string,
  { state, events }: BlockRoots,
): Uint8Array {
  const metadata: BlockMetadata = { stateRoot: Hash.check(state), eventsRoot: events }
  const transaction: Transaction = {
    ...zero(Transaction),
    method: METADATA_METHOD,
    body: encode(BlockMetadata, metadata),
  }
  const signed = signTransaction(signer, transactionContext(chainContext), transaction)
  return encode(SignedTransaction, signed)
}

/** Checks that a block has exactly one such transaction, and that it tells the truth. */
export function checkMetadata({ systemTransactions }: Block, roots: BlockRoots): void {
  const [first, ...rest] = systemTransactions
  const unknown = systemTransactions.find(({ method }) => method !== METADATA_METHOD)
  if (unknown !== undefined) throw blockErrors.unknownSystemMethod(unknown.method)
  if (first === undefined) throw blockErrors.missingMetadata()
  if (rest.length > 0) throw blockErrors.duplicateMetadata()
  const { stateRoot, eventsRoot } = decodeMetadata(first.body)
  if (!equalBytes(stateRoot, roots.state)) throw blockErrors.wrongStateRoot(toHex(roots.state))
  if (!equalBytes(eventsRoot, roots.events)) throw blockErrors.wrongEventsRoot(toHex(roots.events))
}

function decodeMetadata(body: Uint8Array | undefined) {
  try {
    const { stateRoot, eventsRoot } = decode(BlockMetadata, body)
    if (eventsRoot?.length !== HASH_SIZE) throw blockErrors.malformedMetadata('events root')
    return { stateRoot, eventsRoot }
  } catch (error) {
    if (error instanceof CodedError) throw blockErrors.malformedMetadata(error.message)
    throw error
  }
}
