/** Which heights can be asked for, in the reference's words. */

import type { ErrorMaker } from '@wadi/base/errors'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import type { Block } from '@wadi/tendermint/types/block'
import type { ChainSource, StoredResponses } from './chainSource.ts'
import { cometErrors } from './errors.ts'

/** Zero stands for the last height. */
export function wantedHeight({ lastHeight }: ChainSource, asked: bigint): bigint {
  if (asked !== 0n) return asked
  if (lastHeight === 0n) throw consensusErrors.noCommittedBlocks()
  return lastHeight
}

/** Refuses heights of which there is no block, whatever is looked for there. */
export function checkBlockHeight(
  { blocks: { base, height: last } }: ChainSource,
  height: bigint,
  refuse: ErrorMaker,
): void {
  if (height <= 0n) throw refuse(`height must be greater than 0, but got ${height}`)
  if (height > last)
    throw refuse(
      `height ${height} must be less than or equal to the current blockchain height ${last}`,
    )
  if (height < base) throw refuse(`height ${height} is not available, lowest height is ${base}`)
}

/** The block of a height; zero is the last one. */
export function blockAt(source: ChainSource, asked: bigint): Block {
  const height = wantedHeight(source, asked)
  checkBlockHeight(source, height, cometErrors.blockQuery)
  const block = source.blocks.loadBlock(height)
  // COMPAT(oasis-core): a block that is damaged is taken for one that there never was.
  if (block === undefined) throw consensusErrors.noCommittedBlocks()
  return block
}

/** What the block of a height did; zero is the last one. */
export function responsesAt(source: ChainSource, asked: bigint): StoredResponses {
  const height = wantedHeight(source, asked)
  const refuse = cometErrors.blockResultsQuery
  checkBlockHeight(source, height, refuse)
  const responses = source.states.loadResponses(height)
  if (responses === undefined) throw refuse(`could not find results for height #${height}`)
  return responses
}
