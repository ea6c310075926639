/** Runs a seed with ParaTimes, once or twice, and says what came of it in plain values. */

import { differencesOf, lastLines } from '../../run/runSeed.ts'
import type { Finding } from '../../run/simulation.ts'
import { createParatimePlan, type ParatimePlanOptions } from '../plan/createParatimePlan.ts'
import type { ParatimeClass } from '../plan/paratimeClasses.ts'
import { type ParatimeOutcome, simulateParatimes } from './paratimeSimulation.ts'

export interface ParatimeSeedResult
  extends Pick<ParatimeOutcome, 'simulatedMs' | 'rounds' | 'told' | 'longestMs' | 'digest'> {
  readonly seed: bigint
  /** What must not be; empty if it passed. */
  readonly violations: readonly Finding[]
  /** What nobody promises beyond the limit. */
  readonly tolerated: number
  readonly happened: readonly (readonly [ParatimeClass, number])[]
  readonly logs: readonly (readonly string[])[]
}

/** See the top of this file. */
export async function runParatimeSeed(
  seed: bigint,
  options: ParatimePlanOptions,
  times: 'once' | 'twice' = 'once',
): Promise<ParatimeSeedResult> {
  const plan = createParatimePlan(seed, options)
  const { happened, logs, violations, tolerated, ...rest } = await simulateParatimes({ plan })
  const found = [...violations]
  let { simulatedMs } = rest
  if (times === 'twice' && found.length === 0) {
    const again = await simulateParatimes({ plan })
    simulatedMs += again.simulatedMs
    found.push(...differencesOf(rest, again))
  }
  return {
    seed,
    ...rest,
    simulatedMs,
    violations: found,
    tolerated: tolerated.length,
    happened: [...happened],
    logs: found.length === 0 ? [] : lastLines(logs),
  }
}
