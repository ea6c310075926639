/** Which versions of the state may go, and from which height on blocks must be kept. */

import { definePlainErrors } from '@wadi/base/errors'

/** What a node may not be told. */
export const errors = definePlainErrors('pruning', {
  unknownStrategy: 'unknown pruning strategy',
  tooFewKept: 'invalid number of versions retained',
})

/** Rounds that nobody closed are timed by the version before the last one. */
const KEPT_MIN = 1n

/** What a node keeps: everything, or so many versions before the last one. */
export type Pruning =
  | { readonly strategy: 'none' }
  | { readonly strategy: 'keep_n'; readonly kept: bigint }

/** What a node was told to keep; the names are those of its configuration. */
export function pruningOf(strategy: string, kept: bigint): Pruning {
  const name = strategy.toLowerCase()
  if (name === 'none') return { strategy: name }
  if (name !== 'keep_n') throw errors.unknownStrategy(strategy)
  if (kept < KEPT_MIN) throw errors.tooFewKept(`${kept}`)
  return { strategy: name, kept }
}

/** Somebody who still needs a version, and all that come after it. */
export type PruneVeto = (version: bigint) => boolean

/** The versions that are there; none in an empty database. */
export interface KeptVersions {
  readonly earliest: bigint | undefined
  readonly latest: bigint
}

/** What goes: every version from `from` on, and before `to`. Blocks are kept from `to` on. */
export interface PrunedRange {
  readonly from: bigint
  readonly to: bigint
}

/**
 * What may go, the oldest first; undefined while nothing was ever looked at, and all blocks are
 * kept. Whoever deletes versions has them deleted for good before any block goes: after a crash
 * blocks are run again.
 */
export function decidePruning(
  pruning: Pruning,
  { earliest, latest }: KeptVersions,
  vetoes: readonly PruneVeto[],
): PrunedRange | undefined {
  if (pruning.strategy === 'none' || latest < pruning.kept || earliest === undefined)
    return undefined
  const keptFrom = latest - pruning.kept
  let to = earliest
  while (to < keptFrom && !vetoes.some((isNeeded) => isNeeded(to))) to++
  return { from: earliest, to }
}
