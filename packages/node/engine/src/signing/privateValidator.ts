/** The key of a validator, wherever it is. */

import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'

/** What became of a request. */
export type SignAnswer<T> =
  | {
      readonly kind: 'signed'
      /** With its signature; the timestamp is an earlier one if the same was signed before. */
      readonly signed: T
    }
  /** It would be a second signature, or the signer cannot be reached. */
  | { readonly kind: 'refused'; readonly why: string }

/** Takes the answer: before the request returns if the key is here, later if it is elsewhere. */
export type SignDone<T> = (answer: SignAnswer<T>) => void

/**
 * Signs for one validator, and never twice: what a vote or proposal of a height, round and step
 * was signed with is durable before the signature leaves.
 */
export interface PrivateValidator {
  /** Ed25519. */
  readonly publicKey: Uint8Array
  /** The highest height that anything was signed of; zero if nothing ever was. */
  readonly lastSignedHeight: bigint
  signVote(chainId: string, vote: Vote, done: SignDone<Vote>): void
  signProposal(chainId: string, proposal: Proposal, done: SignDone<Proposal>): void
}
