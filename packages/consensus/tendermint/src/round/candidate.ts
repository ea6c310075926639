import { CodedError } from '@wadi/base/errors'
import { blockIdOf, blockOfParts } from '../blocks/parts.ts'
import type { Block } from '../types/block.ts'
import { type BlockId, equalBlockIds } from '../types/blockId.ts'
import type { Part } from '../types/part.ts'
import type { BlockParts } from './blockParts.ts'
import type { Verdict } from './input.ts'

/** A block that may be agreed on, with all its parts. */
export interface Candidate {
  readonly block: Block
  readonly blockId: BlockId
  readonly parts: BlockParts
  /** What the check of the block said; undefined: nobody asked. */
  readonly verdict: Verdict | 'asked' | undefined
}

/** Is it the block that is named, in the same parts? */
export function isCandidate(
  candidate: Candidate | undefined,
  blockId: BlockId,
): candidate is Candidate {
  // COMPAT(cometbft): there the header's hash decides alone. A proposer can encode one block in two
  // ways, and a node with the other parts then stops when the block is decided; ours fetches those.
  return candidate !== undefined && equalBlockIds(candidate.blockId, blockId)
}

/** All parts of a block, in order. */
export function allParts({ parts }: BlockParts): readonly Part[] {
  return parts.filter((part) => part !== undefined)
}

/** The block of which all parts are here; undefined if they are no encoding of one. */
export function assemble(parts: BlockParts): Candidate | undefined {
  try {
    const block = blockOfParts(allParts(parts))
    const blockId = blockIdOf(block, { header: parts.header, parts: [] })
    return { block, blockId, parts, verdict: undefined }
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
