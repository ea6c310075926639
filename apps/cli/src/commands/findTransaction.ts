/** Looking for a transaction: nodes know where one is only by its block. */

import { BLOCKS_AT_ONCE } from '../limits.ts'
import type { BlockDesk } from '../network/blockDesk.ts'
import type { BlockTransaction } from '../words/blockTransaction.ts'

/** A transaction, and where it is; nowhere yet if it waits. */
export interface FoundTransaction {
  readonly found: BlockTransaction
  readonly height?: bigint
}

type Desk = Pick<BlockDesk, 'transactions' | 'waiting'>

async function inBlock(desk: Desk, hash: string, height: bigint) {
  const found = (await desk.transactions(height)).find((each) => each.hash === hash)
  return found && { found, height }
}

async function waiting(desk: Desk, hash: string): Promise<FoundTransaction | undefined> {
  const found = (await desk.waiting()).find((each) => each.hash === hash)
  return found && { found }
}

/** Where to look: from the last block of the range backwards. */
export interface SearchRange {
  readonly from: bigint
  readonly to: bigint
  onHeight(height: bigint): void
}

/** Looks through the blocks of a range, the newest first, and then among those that wait. */
export async function findTransaction(
  desk: Desk,
  hash: string,
  { from, to, onHeight }: SearchRange,
): Promise<FoundTransaction | undefined> {
  for (let top = to; top >= from; top -= BigInt(BLOCKS_AT_ONCE)) {
    onHeight(top)
    const heights = Array.from({ length: BLOCKS_AT_ONCE }, (_, i) => top - BigInt(i))
    const asked = heights.filter((height) => height >= from)
    const found = await Promise.all(asked.map((height) => inBlock(desk, hash, height)))
    const first = found.find((each) => each !== undefined)
    if (first !== undefined) return first
  }
  return waiting(desk, hash)
}
