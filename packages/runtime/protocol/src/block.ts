/** A runtime's blocks: the first one, those of rounds without a result, and how they are linked. */

import { equalBytes } from '@wadi/base/bytes'
import { type Block, HEADER_TYPES, Header } from '@wadi/consensus/roothash/block'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { EMPTY_HASH, type Hash, hashOf } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'

/** The types of blocks that stand for a round without a result. */
export type EmptyBlockType = 'roundFailed' | 'epochTransition' | 'suspended'

/** Where a runtime begins. */
export interface GenesisBlockOptions {
  readonly namespace: Namespace
  readonly round: bigint
  readonly stateRoot: Hash
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly headerType?: 'normal' | 'suspended'
}

/** What a normal round brought. */
export type RoundOutcome = Pick<Header, 'ioRoot' | 'stateRoot' | 'messagesHash' | 'inMsgsHash'>

const EMPTY_OUTCOME = { ioRoot: EMPTY_HASH, messagesHash: EMPTY_HASH, inMsgsHash: EMPTY_HASH }

/** The hash of a block. */
export function hashOfHeader(header: Header): Hash {
  return hashOf(Header, header)
}

/** A runtime's first block. */
export function genesisBlock(options: GenesisBlockOptions): Block {
  const { headerType = 'normal', ...start } = options
  const header = { ...EMPTY_OUTCOME, ...start, headerType: HEADER_TYPES[headerType] }
  return { header: { ...header, version: 0, previousHash: EMPTY_HASH } }
}

/** The block of a round that brought nothing: the state stays what it was. */
export function emptyBlock(parent: Block, timestamp: bigint, headerType: EmptyBlockType): Block {
  const outcome = { ...EMPTY_OUTCOME, stateRoot: parent.header.stateRoot }
  return blockOn(parent, timestamp, HEADER_TYPES[headerType], outcome)
}

/** The block of a round that was finalized. */
export function normalBlock(parent: Block, timestamp: bigint, outcome: RoundOutcome): Block {
  const { ioRoot, stateRoot, messagesHash, inMsgsHash } = outcome
  const results = { ioRoot, stateRoot, messagesHash, inMsgsHash }
  return blockOn(parent, timestamp, HEADER_TYPES.normal, results)
}

function blockOn(
  { header: parent }: Block,
  timestamp: bigint,
  headerType: number,
  outcome: RoundOutcome,
): Block {
  const { version, namespace } = parent
  const round = nextRound(parent)
  const previousHash = hashOfHeader(parent)
  return { header: { version, namespace, round, timestamp, headerType, previousHash, ...outcome } }
}

/** The round after a block. */
export function nextRound({ round }: Header): bigint {
  // COMPAT(oasis-core): it wraps around.
  return BigInt.asUintN(64, round + 1n)
}

/** Does the header name `parent` as the block before it? */
export function isChildOf({ previousHash }: Header, parent: Header): boolean {
  return equalBytes(previousHash, hashOfHeader(parent))
}

/** The tree of inputs and outputs of a block's round. */
export function ioRootOf({ namespace, round, ioRoot }: Header): Root {
  return { namespace, version: round, type: ROOT_TYPE_IO, hash: ioRoot }
}

/** The state after a block. */
export function stateRootOf({ namespace, round, stateRoot }: Header): Root {
  return { namespace, version: round, type: ROOT_TYPE_STATE, hash: stateRoot }
}
