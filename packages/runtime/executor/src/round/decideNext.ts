/** What to turn to next: one function, as the order of its cases is what makes a round go on. */

/** All that the decision depends on. */
export interface NextView {
  /** Of ourselves as a scheduler. */
  readonly ownRank: bigint
  /** The best scheduler that is known to have committed. */
  readonly poolRank: bigint
  /** Up to which rank schedulers have their turn. */
  readonly allowance: bigint
  /** The scheduler whose proposal the committee does not agree on. */
  readonly discrepancyRank: bigint | undefined
  /** Of the proposals that we have and did not commit to, ascending. */
  readonly ranks: readonly bigint[]
}

/** The ranks that count: work on another one is given up. */
export interface RankBounds {
  readonly min: bigint
  readonly max: bigint
}

/** What to do, and what work goes on. Without bounds, all does. */
export type Next =
  | { readonly kind: 'process'; readonly rank: bigint; readonly bounds: RankBounds }
  | {
      readonly kind: 'schedule'
      /** Also with nothing to put into the batch. */
      readonly isForced: boolean
      readonly bounds: RankBounds
    }
  | { readonly kind: 'nothing'; readonly bounds: RankBounds | undefined }

/** The best proposal within the bounds, or our own, or nothing. */
export function decideNext(view: NextView): Next {
  const { ownRank, discrepancyRank, ranks } = view
  if (discrepancyRank !== undefined) return decideInDiscrepancy(view, discrepancyRank)
  const limit = least(view.allowance, view.poolRank, ownRank)
  const best = ranks.find((rank) => rank <= limit)
  if (best !== undefined && best < ownRank) {
    return { kind: 'process', rank: best, bounds: { min: 0n, max: best } }
  }
  if (ownRank > limit) return { kind: 'nothing', bounds: undefined }
  return { kind: 'schedule', isForced: false, bounds: { min: 0n, max: ownRank } }
}

/** Only the disputed proposal counts; its scheduler makes it, if it has not. */
function decideInDiscrepancy({ ownRank, ranks }: NextView, disputed: bigint): Next {
  const bounds = { min: disputed, max: disputed }
  if (ranks.includes(disputed)) return { kind: 'process', rank: disputed, bounds }
  if (ownRank === disputed) return { kind: 'schedule', isForced: true, bounds }
  return { kind: 'nothing', bounds }
}

function least(first: bigint, ...others: readonly bigint[]): bigint {
  let result = first
  for (const other of others) if (other < result) result = other
  return result
}
