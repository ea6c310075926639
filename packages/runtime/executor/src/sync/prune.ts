/** Which rounds are dropped. */

import { PRUNED_ROUNDS_MAX } from '../limits.ts'

/** What the history has, and what still needs it. */
export interface HistoryView {
  readonly first: bigint
  readonly latest: bigint
  /** How many rounds are kept; undefined for all. */
  readonly keptCount: bigint | undefined
  /** Runtimes ask about the last normal round for as long as there is no other. */
  readonly lastNormalRound: bigint
  /** Undefined while storage has nothing. */
  readonly lastSyncedRound: bigint | undefined
  /** The first round that somebody else still needs. */
  readonly neededRound?: bigint
}

/**
 * The first round that stays in the history; undefined if none is dropped. It is not more than a
 * batch away. What somebody needs stays, and so does what comes after it; the reference then
 * drops nothing of the batch.
 */
export function firstKeptRound(view: HistoryView): bigint | undefined {
  const { first, latest, keptCount, lastNormalRound, lastSyncedRound, neededRound } = view
  if (keptCount === undefined || latest < keptCount || lastSyncedRound === undefined) {
    return undefined
  }
  // COMPAT(oasis-core): the round so many before the last one goes, too.
  const bounds = [latest - keptCount + 1n, lastNormalRound, lastSyncedRound]
  if (neededRound !== undefined) bounds.push(neededRound)
  let kept = first + BigInt(PRUNED_ROUNDS_MAX)
  for (const bound of bounds) if (bound < kept) kept = bound
  return kept > first ? kept : undefined
}

/** The rounds whose trees go: those that the history does not have any more. */
export function* prunedVersions(earliestVersion: bigint, firstRound: bigint): Generator<bigint> {
  for (let version = earliestVersion; version < firstRound; version++) yield version
}
