/**
 * How large a committee has to be, so that it is nearly never drawn badly: the argument for
 * discrepancy detection. Where liars of the committee are outvoted, t of them need 2t + 1 nodes, or
 * 3t + 1 where two thirds have to agree. Where a single honest node is enough to have others look,
 * t + 1 nodes will do. Nodes are drawn from a pool without putting them back, so that the number of
 * liars has the hypergeometric distribution; all of it is counted in whole numbers.
 */

import { errors } from '../errors.ts'
import { ODDS_MAX, POOL_SIZE_MAX } from '../limits.ts'

/** Who is right in a committee: nobody may differ, or most agree, or more than two thirds do. */
export const COMMITTEE_KINDS = { detection: 1, majority: 2, twoThirds: 3 } as const
export type CommitteeKind = keyof typeof COMMITTEE_KINDS

/** What is drawn from, and how seldom it may go wrong. */
export interface Drawing {
  readonly poolSize: number
  readonly byzantineCount: number
  /** One drawing in so many may give the liars the committee. */
  readonly odds: bigint
}

/** `row[k]` is in how many ways k of n can be chosen. */
function choices(n: number): readonly bigint[] {
  const row = [1n]
  for (let k = 1; k <= n; k++) row.push((row[k - 1]! * BigInt(n - k + 1)) / BigInt(k))
  return row
}

function check({ poolSize, byzantineCount, odds }: Drawing): void {
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > POOL_SIZE_MAX)
    throw errors.badValue(`a pool of ${poolSize} nodes; give a number from 1 to ${POOL_SIZE_MAX}`)
  if (!Number.isInteger(byzantineCount) || byzantineCount < 0 || byzantineCount > poolSize)
    throw errors.badValue(`${byzantineCount} byzantine nodes of ${poolSize}; give fewer`)
  if (odds < 1n || odds > ODDS_MAX)
    throw errors.badValue(`once in ${odds}; give a number from 1 to ${ODDS_MAX}`)
}

/**
 * The smallest committee of a kind that is good enough, and undefined if even all nodes of the pool
 * are not. Sizes between those that are looked at stand as many liars as the next smaller one of
 * them, and have more of them.
 */
export function committeeSize(kind: CommitteeKind, drawing: Drawing): number | undefined {
  check(drawing)
  const { poolSize, byzantineCount, odds } = drawing
  const [all, liars, honest] = [
    choices(poolSize),
    choices(byzantineCount),
    choices(poolSize - byzantineCount),
  ]
  for (let t = 0; ; t++) {
    const size = COMMITTEE_KINDS[kind] * t + 1
    if (size > poolSize) return undefined
    let bad = 0n
    for (let i = t + 1; i <= size; i++) bad += (liars[i] ?? 0n) * (honest[size - i] ?? 0n)
    if (bad * odds <= all[size]!) return size
  }
}
