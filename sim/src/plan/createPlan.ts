/** Makes a plan of a seed. */

import { assert } from '@wadi/base/errors'
import { Dice } from './dice.ts'
import { BYZANTINE_KINDS, CRASH_CLASSES, WEATHER_CLASSES } from './faultClasses.ts'
import type { Byzantine, CrashFault, CutFault, Fault, Plan, Span, WeatherFault } from './plan.ts'
import { randomFor } from './randomFor.ts'
import { heldTogether, linksOf } from './topology.ts'

/** What is not left to the seed. */
export interface PlanOptions {
  readonly validators?: number | undefined
  readonly byzantine?: number | undefined
  readonly minutes?: number | undefined
}

/** PERF: what a seed costs grows with the square, so most have four: twice the seeds in a time. */
const VALIDATOR_COUNTS = [4, 4, 4, 4, 4, 5, 5, 5, 6, 7] as const
const MS_PER_MINUTE = 60_000
/** 120 seconds, in which 50 heights are due. */
const MINUTES = 2
const HEIGHTS_PER_MINUTE = 25
/** So much of the time everything goes wrong. */
const UNSAFE_PERCENT = 55
const HUNDRED = 100
/** Of a million messages. */
const LOSS_MIN = 10_000
const LOSS_MAX = 300_000

const sum = (powers: readonly bigint[]) => powers.reduce((total, power) => total + power, 0n)

/** Everything that happens under a seed. */
export function createPlan(seed: bigint, options: PlanOptions = {}): Plan {
  const dice = new Dice(randomFor(seed, 'plan'))
  const count = options.validators ?? dice.one(VALIDATOR_COUNTS)
  const minutes = options.minutes ?? MINUTES
  const endMs = Math.round(minutes * MS_PER_MINUTE)
  const healAtMs = Math.round((endMs * UNSAFE_PERCENT) / HUNDRED)
  const topology = dice.one(['full', 'full', 'ring', 'star'] as const)
  const powers = powersOf(dice, count)
  const isBeyondLimit = options.byzantine === undefined && dice.percent(4)
  const byzantine = byzantineOf(dice, powers, { isBeyondLimit, count: options.byzantine })
  const honest = powers.map((_, i) => i).filter((i) => !byzantine.some(({ node }) => node === i))
  const lost = isBeyondLimit ? [] : lostOf(dice, powers, { honest, byzantine })
  const core = honest.filter((node) => !lost.includes(node))
  return {
    seed,
    powers,
    topology,
    links: heldTogether(linksOf(topology, count, dice.random), core),
    byzantine,
    isBeyondLimit:
      isBeyondLimit ||
      !isMinority(
        powers,
        byzantine.map(({ node }) => node),
      ),
    lost,
    skewsMs: powers.map(() => (dice.percent(8) ? dice.between(-90_000, 90_000) : 0)),
    faults: faultsOf(dice, { honest, count, healAtMs }),
    healAtMs,
    endMs,
    heights: BigInt(Math.round(minutes * HEIGHTS_PER_MINUTE)),
    transactionEveryMs: dice.between(500, 4000),
  }
}

function powersOf(dice: Dice, count: number): readonly bigint[] {
  const isSkewed = dice.percent(40)
  return Array.from({ length: count }, () => (isSkewed ? BigInt(dice.between(1, 4)) : 1n))
}

/** Do they have less than a third of all power? */
function isMinority(powers: readonly bigint[], nodes: readonly number[]): boolean {
  return sum(nodes.map((node) => powers[node]!)) * 3n < sum(powers)
}

function byzantineOf(
  dice: Dice,
  powers: readonly bigint[],
  wanted: { readonly isBeyondLimit: boolean; readonly count: number | undefined },
): readonly Byzantine[] {
  const { isBeyondLimit, count } = wanted
  if (!isBeyondLimit && count === undefined && !dice.percent(60)) return []
  assert(count === undefined || count < powers.length, 'somebody is honest')
  const chosen: number[] = []
  for (const node of dice.shuffled(powers.map((_, i) => i))) {
    if (count !== undefined ? chosen.length >= count : !isMinority(powers, chosen)) break
    const isTooMuch = !isMinority(powers, [...chosen, node])
    if (count === undefined && !isBeyondLimit && isTooMuch) continue
    chosen.push(node)
  }
  if (isBeyondLimit && dice.percent(60)) return chosen.map((node) => ({ node, kinds: ['collude'] }))
  return chosen.map((node) => {
    const kinds = dice.shuffled(BYZANTINE_KINDS).slice(0, dice.between(1, 3))
    return { node, kinds }
  })
}

/** Those who end for good: they and the byzantine ones are less than a third. */
function lostOf(
  dice: Dice,
  powers: readonly bigint[],
  { honest, byzantine }: { honest: readonly number[]; byzantine: readonly Byzantine[] },
): readonly number[] {
  if (!dice.percent(20)) return []
  const bad = byzantine.map(({ node }) => node)
  const lost = dice.shuffled(honest).find((node) => isMinority(powers, [...bad, node]))
  return lost === undefined ? [] : [lost]
}

/** Where faults happen, and until when. */
export interface FaultScope {
  readonly honest: readonly number[]
  readonly count: number
  readonly healAtMs: number
}

/** What goes wrong before all heals. */
export function faultsOf(dice: Dice, scope: FaultScope): readonly Fault[] {
  const faults: Fault[] = []
  const some = (share: number, most: number, make: () => Fault) => {
    if (!dice.percent(share)) return
    for (let left = dice.between(1, most); left > 0; left--) faults.push(make())
  }
  for (const name of WEATHER_CLASSES) some(30, 3, () => weatherFault(dice, scope, name))
  some(30, 2, () => cutFault(dice, scope, 'partition'))
  some(30, 2, () => cutFault(dice, scope, 'one-way-partition'))
  some(15, 2, () => ({
    kind: 'jump',
    atMs: dice.below(scope.healAtMs),
    node: dice.below(scope.count),
    ms: dice.between(-60_000, 60_000),
  }))
  for (const name of CRASH_CLASSES) some(30, 3, () => crashFault(dice, scope, name))
  some(20, 2, () => ({
    kind: 'slow',
    ...spanOf(dice, scope, 20_000),
    node: dice.below(scope.count),
    costMs: dice.between(2, 60),
  }))
  return faults
}

function spanOf(dice: Dice, { healAtMs }: FaultScope, longestMs: number): Span {
  const fromMs = dice.below(healAtMs)
  return { fromMs, toMs: Math.min(healAtMs, fromMs + dice.between(500, longestMs)) }
}

function weatherFault(dice: Dice, scope: FaultScope, name: WeatherFault['class']): WeatherFault {
  const from = dice.below(scope.count)
  const to = (from + dice.between(1, scope.count - 1)) % scope.count
  return {
    kind: 'weather',
    class: name,
    ...spanOf(dice, scope, 25_000),
    way: dice.percent(50) ? undefined : [from, to],
    amount: name === 'delays' ? dice.between(50, 2500) : dice.between(LOSS_MIN, LOSS_MAX),
  }
}

function cutFault(dice: Dice, scope: FaultScope, name: CutFault['class']): CutFault {
  const nodes = Array.from({ length: scope.count }, (_, i) => i)
  const side = dice.shuffled(nodes).slice(0, dice.between(1, scope.count - 1))
  return { kind: 'cut', class: name, ...spanOf(dice, scope, 20_000), side }
}

function crashFault(dice: Dice, scope: FaultScope, name: CrashFault['class']): CrashFault {
  const fromMs = dice.below(scope.healAtMs)
  return {
    kind: 'crash',
    class: name,
    fromMs,
    toMs: fromMs + dice.between(100, 15_000),
    node: dice.one(scope.honest),
    after: name === 'full-disk' ? dice.below(20_000) : dice.below(200),
  }
}
