import { agreement } from './agreement.ts'
import type { Checker, World } from './checker.ts'
import { evidence } from './evidence.ts'
import { invariants } from './invariants.ts'
import { locks } from './locks.ts'
import { noDoubleSign } from './noDoubleSign.ts'
import { noFalseBan } from './noFalseBan.ts'
import { type ProgressView, progress } from './progress.ts'
import { stateRoot } from './stateRoot.ts'
import { supply } from './supply.ts'

/** Everybody who watches a network. */
export function createCheckers(world: World, view: ProgressView): Checker[] {
  const always = [stateRoot, invariants, supply, noDoubleSign, locks, noFalseBan, evidence]
  return [agreement(world), ...always.map((create) => create(world)), progress(world, view)]
}
