/** A block that was run before it was decided, with everything that it answered. */

import { equalBytes } from '@wadi/base/bytes'
import type { BlockHeader, Misbehaviour } from '../kernel/block.ts'
import type { BlockEvent } from '../kernel/events.ts'
import type { BlockRun } from './blockRun.ts'
import type { EndBlockResult, TxResult } from './results.ts'

/** What a proposer says of a block. */
export interface ProposedBlock extends BlockHeader {
  /** Empty while the block is being proposed. */
  readonly hash: Uint8Array
  readonly height: bigint
  readonly nextValidatorsHash: Uint8Array
}

/** A block that was run as a whole. */
export interface ExecutedProposal {
  readonly block: ProposedBlock
  readonly transactions: readonly Uint8Array[]
  readonly run: BlockRun
  readonly beginEvents: readonly BlockEvent[]
  readonly txResults: readonly TxResult[]
  readonly endResult: EndBlockResult
}

/** Why there is no proposal of ours, or no vote for somebody's. */
export interface ProposalFailure {
  readonly step: 'prepare' | 'process'
  readonly height: bigint
  /** Coded where the block is bad; anything else where the program is. */
  readonly error: unknown
}

/** Tells the shell. */
export type ProposalFailureHook = (failure: ProposalFailure) => void

function equalMisbehaviour(a: Misbehaviour, b: Misbehaviour): boolean {
  return (
    a.kind === b.kind &&
    a.height === b.height &&
    a.time.seconds === b.time.seconds &&
    a.time.nanoseconds === b.time.nanoseconds &&
    equalBytes(a.validator, b.validator)
  )
}

function equalLists<T>(a: readonly T[], b: readonly T[], equal: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((item, i) => equal(item, b[i]!))
}

/**
 * Is it the very block that we proposed? Its hash is not known before.
 * COMPAT(oasis-core): the last commit is not compared.
 */
export function isOwnProposal(
  { block, transactions }: ExecutedProposal,
  asked: ProposedBlock,
  askedTransactions: readonly Uint8Array[],
): boolean {
  return (
    block.height === asked.height &&
    block.time.seconds === asked.time.seconds &&
    block.time.nanoseconds === asked.time.nanoseconds &&
    equalBytes(block.proposer, asked.proposer) &&
    equalBytes(block.nextValidatorsHash, asked.nextValidatorsHash) &&
    equalLists(transactions, askedTransactions, equalBytes) &&
    equalLists(block.misbehaviour, asked.misbehaviour, equalMisbehaviour)
  )
}

/** The transactions, from the first on, that have room in so many bytes. */
export function prefixOfSize(
  transactions: readonly Uint8Array[],
  sizeMax: bigint,
): readonly Uint8Array[] {
  let size = 0n
  const end = transactions.findIndex(({ length }) => {
    size += BigInt(length)
    return size > sizeMax
  })
  return end < 0 ? transactions : transactions.slice(0, end)
}
