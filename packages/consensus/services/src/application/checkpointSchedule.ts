/** When a node makes checkpoints of its state, and which ones it keeps. */

import { assert } from '@wadi/base/errors'
import type { Parameters } from '@wadi/consensus/consensus'

/** What the chain's parameters say of checkpoints. */
export type CheckpointParameters = Pick<
  Parameters,
  'stateCheckpointInterval' | 'stateCheckpointNumKept'
>

/** What there is. */
export interface CheckpointHistory {
  /** The versions of which there is a whole checkpoint. */
  readonly checkpoints: readonly bigint[]
  /** The first version that was not pruned, and the last one. */
  readonly earliest: bigint
  readonly latest: bigint
  /** The chain's initial height. */
  readonly initial: bigint
}

/** What is to be done, in this order. */
export interface CheckpointPlan {
  /** The versions to make checkpoints of, the newest first. */
  readonly create: readonly bigint[]
  /** The versions whose checkpoints go. */
  readonly remove: readonly bigint[]
}

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

function newest(versions: readonly bigint[]): bigint {
  return versions.reduce((max, version) => (version > max ? version : max), 0n)
}

/**
 * What is due when the last version is there. A checkpoint belongs to every so manieth version, the
 * initial one first; those that were missed are made up for.
 * COMPAT(oasis-core): the initial one is never removed, and what is made now does not count yet, so
 * that for a while there are more than the parameters say.
 */
export function planCheckpoints(
  history: CheckpointHistory,
  { stateCheckpointInterval: interval, stateCheckpointNumKept: kept }: CheckpointParameters,
): CheckpointPlan {
  const { checkpoints, initial, latest } = history
  if (interval === 0n) return { create: [], remove: [] }
  assert(latest >= initial, 'checkpoints: a version before the first one')
  const sorted = checkpoints.toSorted(ascending)
  const old = sorted[0] === initial ? sorted.slice(1) : sorted
  const surplus = BigInt(old.length) - kept
  return {
    create: missing(history, interval, kept),
    remove: surplus > 0n ? old.slice(0, Number(surplus)) : [],
  }
}

function missing(
  { checkpoints, earliest, latest, initial }: CheckpointHistory,
  interval: bigint,
  kept: bigint,
): readonly bigint[] {
  const first = newest([newest(checkpoints) + 1n, earliest, initial])
  const versions: bigint[] = []
  let version = latest - ((latest - initial) % interval)
  // COMPAT(oasis-core): one is made even if none is to be kept.
  while (version >= first) {
    versions.push(version)
    if (BigInt(versions.length) >= kept) break
    version -= interval
  }
  return versions
}
