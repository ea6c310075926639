/** Has a node come to where its chain is? Who has, has for good, as the reference sees it. */

import type { Clock } from '@wadi/base/clock'
import { addMilliseconds, compareMoments } from '@wadi/primitives/moment'
import type { StoredBlocks } from './chainSource.ts'
import { SYNCED_BLOCK_AGE_MS } from './limits.ts'

/** What it is told by. */
export interface InitialSyncOptions {
  /** Does the node still fetch what others have, before it takes part? */
  readonly isFetching: () => boolean
  /** Of the last block whose state is here; 0 before the first one. */
  readonly lastHeight: () => bigint
  readonly blocks: Pick<StoredBlocks, 'loadMeta'>
  readonly clock: Pick<Clock, 'unixMs'>
}

const BEGINNING = { seconds: 0n, nanoseconds: 0 }

/** Looks again, each time it is asked, until the node has come there. */
export function initialSync(options: InitialSyncOptions): () => boolean {
  const { isFetching, lastHeight, blocks, clock } = options
  let isDone = false
  // COMPAT(oasis-core): who has nobody to ask fetches nothing, and may still be anywhere.
  const hasFreshBlock = () => {
    const last = blocks.loadMeta(lastHeight())
    if (last === undefined) return false
    const now = addMilliseconds(BEGINNING, clock.unixMs())
    return compareMoments(now, addMilliseconds(last.header.time, SYNCED_BLOCK_AGE_MS)) < 0
  }
  return () => {
    isDone ||= !isFetching() && hasFreshBlock()
    return isDone
  }
}
