import { assert } from '@wadi/base/errors'
import {
  BLOCK_OVERHEAD_SIZE,
  COMMIT_OVERHEAD_SIZE,
  COMMIT_SIGNATURE_SIZE,
  HEADER_SIZE_MAX,
} from '../limits.ts'

/** Bytes around a commit's signature in a block. */
const SIGNATURE_OVERHEAD_SIZE = 2

/** What else is in a block. */
export interface BlockFilling {
  readonly evidenceSize: number
  readonly validatorCount: number
}

/** How many bytes the transactions of a block may take together, with their own overhead. */
export function dataSizeMax(
  blockSizeMax: number,
  { evidenceSize, validatorCount }: BlockFilling,
): number {
  const commit =
    COMMIT_OVERHEAD_SIZE + (COMMIT_SIGNATURE_SIZE + SIGNATURE_OVERHEAD_SIZE) * validatorCount
  const left = blockSizeMax - BLOCK_OVERHEAD_SIZE - HEADER_SIZE_MAX - commit - evidenceSize
  assert(left >= 0, 'block: no room for header, commit and evidence')
  return left
}
