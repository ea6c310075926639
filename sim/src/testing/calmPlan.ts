import type { Plan } from '../plan/plan.ts'
import { randomFor } from '../plan/randomFor.ts'
import { linksOf } from '../plan/topology.ts'

const COUNT = 4
const END_MS = 60_000

/**
 * Four equal validators in a full network where nothing goes wrong, for a minute; then it is
 * changed.
 */
export function calmPlan(seed: bigint, change: Partial<Plan> = {}): Plan {
  const powers = Array.from({ length: COUNT }, () => 1n)
  return {
    seed,
    powers,
    topology: 'full',
    links: linksOf('full', COUNT, randomFor(seed, 'links')),
    byzantine: [],
    isBeyondLimit: false,
    lost: [],
    skewsMs: powers.map(() => 0),
    faults: [],
    healAtMs: END_MS,
    endMs: END_MS,
    heights: 0n,
    transactionEveryMs: 300,
    ...change,
  }
}
