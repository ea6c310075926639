/** What a plan closes, by the names that the histogram counts. */

import { isServed } from './drawTerms.ts'
import type { TERM_CLASSES } from './paratimeClasses.ts'
import type { ParatimePlan } from './paratimePlan.ts'
import { OPEN_TERMS, type ParatimeTerms, type PoolRules, plainCrowd } from './paratimeTerms.ts'

/** See the top of this file; each once for each ParaTime. */
export function* termClassesOf(plan: ParatimePlan): Generator<(typeof TERM_CLASSES)[number]> {
  const { executors, paratimes, crowd = plainCrowd(executors) } = plan
  if (new Set(crowd.entityOf).size < executors) yield 'shared-entity'
  for (const shape of paratimes) {
    yield* classesOf(shape.terms ?? OPEN_TERMS)
    if (crowd.entityOf.some((_, node) => !isServed(shape, crowd, node))) yield 'outsider'
  }
}

function* classesOf(terms: ParatimeTerms): Generator<(typeof TERM_CLASSES)[number]> {
  const { admission, stakes, governance, worker, backupWorker } = terms
  if (admission.kind === 'listed') yield 'listed'
  if (admission.kind === 'by-role') yield 'listed-by-role'
  if (isStrict(worker) || isStrict(backupWorker)) yield 'pool-rules'
  if (stakes.compute > 0 || stakes.observer > 0) yield 'node-stake'
  if (governance === 'runtime') yield 'runtime-governed'
}

function isStrict({ isValidating, perEntityMax, poolMin }: PoolRules): boolean {
  return isValidating || perEntityMax !== undefined || poolMin !== undefined
}
