/**
 * Times contenders in turns, in seconds of the processor: a busy machine slows all of them alike,
 * and the median of several rounds forgets the unlucky ones.
 */

import type { Contender, Goal, Meter, Partner, Runner, Scenario } from './scenario.ts'

export type Figure = {
  readonly name: string
  /** In the scenario's unit: the median of the rounds. */
  readonly value: number
  /** To the yardstick: the median of the ratios of the same round. */
  readonly ratio: number
  /** In how many turns it was measured. */
  readonly rounds: number
}

export type Verdict = {
  readonly goal: string
  readonly state: 'met' | 'missed' | 'not measured'
  readonly reached: number | undefined
}

export type Result = {
  readonly scenario: string
  readonly unit: string
  readonly yardstick: string
  readonly figures: readonly Figure[]
  readonly absent: readonly { readonly name: string; readonly why: string }[]
  /** What contenders told beside their figures. */
  readonly notes: readonly { readonly name: string; readonly note: string }[]
  readonly verdicts: readonly Verdict[]
}

export type Timing = {
  /** Time of the processor that one contender gets in one round. */
  readonly sliceMs: number
  readonly rounds: number
  /** Milliseconds of the processor that this process has used. */
  cpuMs(): number
  /** What figures refer to where the yardstick of a scenario is absent. */
  readonly fallback: Runner
}

const DEFAULT_UNIT = 'operations per CPU second'

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

async function timeMs(runner: Runner, calls: number, timing: Timing): Promise<number> {
  const begun = timing.cpuMs()
  for (let i = 0; i < calls; i++) {
    const result = runner.run()
    if (result instanceof Promise) await result
  }
  return timing.cpuMs() - begun
}

/** How many calls fill a slice. */
async function calibrate(runner: Runner, timing: Timing): Promise<number> {
  for (let calls = 1; ; calls *= 2) {
    const ms = await timeMs(runner, calls, timing)
    if (ms >= timing.sliceMs) return Math.max(1, Math.round((calls * timing.sliceMs) / ms))
  }
}

type TurnTaker = Runner | Partner

/** What a contender does in each round, and the figure that he reaches. */
async function roundOf(taker: TurnTaker, timing: Timing): Promise<() => Promise<number>> {
  if (!isRunner(taker)) return () => taker.round()
  const calls = await calibrate(taker, timing)
  const operations = calls * (taker.operations ?? 1)
  return async () => (operations * 1000) / (await timeMs(taker, calls, timing))
}

async function measureInTurns(
  takers: readonly TurnTaker[],
  timing: Timing,
): Promise<ReadonlyMap<string, number[]>> {
  const entrants: { readonly rates: number[]; readonly round: () => Promise<number> }[] = []
  const rates = new Map<string, number[]>(takers.map(({ name }) => [name, []]))
  for (const taker of takers)
    entrants.push({ rates: rates.get(taker.name) ?? [], round: await roundOf(taker, timing) })
  for (let i = 0; i < timing.rounds; i++)
    for (const entrant of entrants) entrant.rates.push(await entrant.round())
  return rates
}

type Rates = ReadonlyMap<string, readonly number[]>

/** The median of the ratios of the same round; a figure of one round is held against the median. */
function ratioOf(rates: Rates, name: string, other: string): number | undefined {
  const values = rates.get(name)
  const others = rates.get(other)
  if (values === undefined || others === undefined) return undefined
  if (values.length !== others.length) return median(values) / median(others)
  return median(values.map((value, i) => value / (others[i] ?? Number.NaN)))
}

function describeGoal(goal: Goal, unit: string): string {
  const bound = 'atMost' in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`
  return `${goal.contender} ${bound} ${'times' in goal ? `× ${goal.times}` : unit}`
}

function reachedOf(goal: Goal, rates: Rates): number | undefined {
  if ('times' in goal) return ratioOf(rates, goal.contender, goal.times)
  const own = rates.get(goal.contender)
  return own === undefined ? undefined : median(own)
}

function judge({ goals, unit = DEFAULT_UNIT }: Scenario, rates: Rates): Verdict[] {
  return goals.map((goal) => {
    const reached = reachedOf(goal, rates)
    const text = describeGoal(goal, unit)
    if (reached === undefined) return { goal: text, state: 'not measured', reached }
    const isMet = 'atMost' in goal ? reached <= goal.atMost : reached >= goal.atLeast
    return { goal: text, state: isMet ? 'met' : 'missed', reached }
  })
}

const isPartner = (contender: Contender): contender is Partner => 'round' in contender
const isRunner = (contender: Contender): contender is Runner => 'run' in contender
const isMeter = (contender: Contender): contender is Meter => 'measure' in contender

export async function measureScenario(scenario: Scenario, timing: Timing): Promise<Result> {
  const created = await scenario.create()
  const found = created.find((each) => each.name === scenario.yardstick && !('absent' in each))
  const contenders = found === undefined ? [...created, timing.fallback] : created
  const yardstick = (found ?? timing.fallback).name
  const rates = new Map<string, readonly number[]>(
    await measureInTurns(
      contenders.filter((each) => isRunner(each) || isPartner(each)),
      { ...timing, rounds: scenario.rounds ?? timing.rounds },
    ),
  )
  for (const partner of contenders.filter(isPartner)) partner.close()
  for (const meter of contenders.filter(isMeter)) rates.set(meter.name, [await meter.measure()])
  const figures = contenders.flatMap(({ name }) => {
    const ratio = ratioOf(rates, name, yardstick) ?? Number.NaN
    const values = rates.get(name)
    if (values === undefined) return []
    return [{ name, value: median(values), ratio, rounds: values.length }]
  })
  const absent = contenders.flatMap((each) =>
    'absent' in each ? [{ name: each.name, why: each.absent }] : [],
  )
  const notes = contenders.flatMap((each) =>
    'note' in each && each.note !== undefined ? [{ name: each.name, note: each.note() }] : [],
  )
  const { name, unit = DEFAULT_UNIT } = scenario
  const verdicts = judge(scenario, rates)
  return { scenario: name, unit, yardstick, figures, absent, notes, verdicts }
}
