/** What transactions ask for, without what only the state can tell. */

import type { RandomSource } from '@wadi/base/random'
import { decode } from '@wadi/cbor/codec'
import type { ReadableState } from '@wadi/consensus-services/kernel/state'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { Actors } from './actors.ts'

/** A method, what it is called with, and by whom. */
export interface Call {
  readonly method: string
  readonly body: Uint8Array
  readonly signer: PublicKey
}

/** What random calls are made from. */
export interface Sources {
  readonly actors: Actors
  readonly state: ReadableState
  readonly random: RandomSource
  /** Recorded calls of the whole chain, by their methods. */
  readonly recorded: ReadonlyMap<string, readonly Call[]>
}

/** The method that only proposers call. */
export const METADATA = 'consensus.Meta'

/** Opens a recorded transaction without asking who signed it. */
function callOf(raw: Uint8Array): Call {
  const { untrustedRawValue, signature } = decode(SignedTransaction, raw)
  const { method, body } = decode(Transaction, untrustedRawValue)
  return { method, body, signer: signature.publicKey }
}

/** The calls of a recorded block, and who proposed it. */
export function recordedCalls(transactions: readonly Uint8Array[]): {
  readonly calls: readonly Call[]
  readonly proposer: PublicKey | undefined
} {
  const all = transactions.map(callOf)
  return {
    calls: all.filter(({ method }) => method !== METADATA),
    proposer: all.find(({ method }) => method === METADATA)?.signer,
  }
}
