import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { blockIdOf, type PartSet, partSetOfBytes } from '@wadi/tendermint/blocks/parts'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { verifyCommit } from '@wadi/tendermint/commits/verifyCommit'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import type { Block } from '@wadi/tendermint/types/block'
import { type BlockId, equalBlockIds } from '@wadi/tendermint/types/blockId'
import type { Commit } from '@wadi/tendermint/types/commit'
import {
  blockBytesMax,
  type OpenedBlock,
  openBlock,
  openLastCommit,
  type SealedBlock,
} from './sealedBlock.ts'

/** A block, and what the next one says of it. */
export interface JudgedPair {
  readonly first: OpenedBlock
  readonly second: Pick<Block, 'lastCommit'>
}

/** Is the first of two blocks the one that was decided, and if not, which of the two is a lie? */
export type PairVerdict =
  | {
      readonly kind: 'decided'
      readonly block: Block
      readonly blockId: BlockId
      readonly parts: PartSet
      /** From the second block. */
      readonly commit: Commit
    }
  | { readonly kind: 'refused'; readonly height: bigint }
  /** The contents are those that were decided, and the encoding is another one. */
  | { readonly kind: 'encoded-anew'; readonly height: bigint }

/**
 * Judges by the commit in the second block, which signs for one block or is not of the chain: so
 * the guilty one is known, and no honest peer is punished for what another one sent.
 *
 * COMPAT(cometbft): honest nodes of the other kind encode a block anew before they send it. If its
 * proposer had encoded it in another way they cannot give it; that is not their fault.
 *
 * COMPAT(cometbft): there both senders are dropped. And there two thirds of the signatures are
 * looked at; here all, as the commit becomes the one that this node saw: consensus begins with it.
 */
export function judgePair(
  dialect: SignatureDialect,
  chain: ChainState,
  { first, second }: JudgedPair,
): PairVerdict {
  const { block, bytes } = first
  const { height } = block.header
  const parts = partSetOfBytes(bytes)
  const blockId = blockIdOf(block, parts)
  const commit = second.lastCommit
  if (commit === undefined || !isDecided(dialect, chain, height, commit))
    return { kind: 'refused', height: height + 1n }
  if (equalBlockIds(commit.blockId, blockId))
    return { kind: 'decided', block, blockId, parts, commit }
  const isAnew = equalBytes(commit.blockId.hash, blockId.hash)
  return { kind: isAnew ? 'encoded-anew' : 'refused', height }
}

/** As {@link judgePair}, of blocks that nobody has read; of the second only the commit is. */
export function judgeSealed(
  dialect: SignatureDialect,
  chain: ChainState,
  pair: { readonly first: SealedBlock; readonly second: SealedBlock },
): PairVerdict {
  const first = openBlock(pair.first, blockBytesMax(chain))
  if (first === undefined) return { kind: 'refused', height: pair.first.height }
  return judgePair(dialect, chain, { first, second: { lastCommit: openLastCommit(pair.second) } })
}

/** Does the commit decide on some block of the height? */
function isDecided(
  dialect: SignatureDialect,
  { chainId, validators }: ChainState,
  height: bigint,
  commit: Commit,
): boolean {
  try {
    verifyCommit(dialect, { chainId, validators, blockId: commit.blockId, height }, commit)
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}
