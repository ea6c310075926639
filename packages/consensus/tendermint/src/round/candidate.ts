import type { Block } from '../types/block.ts'
import type { BlockId } from '../types/blockId.ts'
import type { Part } from '../types/part.ts'
import type { Verdict } from './input.ts'

/** A block that may be agreed on. */
export interface Candidate {
  readonly block: Block
  readonly blockId: BlockId
  readonly parts: readonly Part[]
  /** What the check of the block said; undefined: it was not checked. */
  readonly verdict: Verdict | undefined
}
