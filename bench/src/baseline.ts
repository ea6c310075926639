/**
 * The ratios that were reached before, and how a run is held against them. Only ratios are kept:
 * other machines and busy ones have other figures, but much the same ratios.
 */

import type { Figure, Result } from './measure.ts'

/** Where ratios were measured. */
export type Machine = {
  /** The first number of Node's version. */
  readonly node: string
  readonly platform: string
  readonly arch: string
  /** A digest of the processor's name: another one may have other ratios. */
  readonly processor: string
}

/** The figures of one scenario, all but the yardstick's own. */
type Ratios = {
  readonly yardstick: string
  readonly ratios: Readonly<Record<string, number>>
}

export type Baseline = {
  readonly machine: Machine
  readonly scenarios: Readonly<Record<string, Ratios>>
}

/** A contender of ours that does worse than before. */
export type Slowdown = {
  readonly contender: string
  readonly before: number
  readonly ratio: number
  /**
   * Whether the contender and the yardstick took turns. Who measures himself is held against
   * another moment, and says more about the machine.
   */
  readonly isFair: boolean
}

/** How many times worse a ratio may become before it is told. */
const TOLERANCE = 1.5

/** Digits that a ratio is kept with: more would only be noise in the file's history. */
const DIGITS = 3

/** Contenders of other people are not our concern. */
const isOurs = ({ name }: Figure): boolean => name.startsWith('wadi')

function ratiosOf({ yardstick, figures }: Result): Ratios {
  const kept = figures.filter((figure) => isOurs(figure) && figure.name !== yardstick)
  const entries = kept.map(({ name, ratio }) => [name, Number(ratio.toPrecision(DIGITS))])
  return { yardstick, ratios: Object.fromEntries(entries) as Record<string, number> }
}

/** The baseline after a run: what was measured takes the place of what was there. */
export function updateBaseline(
  before: Baseline | undefined,
  machine: Machine,
  results: readonly Result[],
): Baseline {
  const isSame =
    before !== undefined &&
    isComparable(before.machine, machine) &&
    before.machine.processor === machine.processor
  const old = isSame ? before.scenarios : {}
  const measured = results.map((result) => [result.scenario, ratiosOf(result)] as const)
  const scenarios = Object.fromEntries([...Object.entries(old), ...measured])
  return { machine, scenarios }
}

/** Do ratios of one say something about the other? On another processor they prove nothing. */
export function isComparable(one: Machine, other: Machine): boolean {
  return one.node === other.node && one.platform === other.platform && one.arch === other.arch
}

/** Which of our contenders are more than {@link TOLERANCE} times worse than before. */
export function findSlowdowns({ scenarios }: Baseline, result: Result): readonly Slowdown[] {
  const before = scenarios[result.scenario]
  if (before === undefined || before.yardstick !== result.yardstick) return []
  const yardstick = result.figures.find(({ name }) => name === result.yardstick)
  return result.figures.flatMap(({ name, ratio, rounds }) => {
    const kept = before.ratios[name]
    if (kept === undefined || ratio * TOLERANCE >= kept) return []
    const isFair = rounds > 1 && yardstick !== undefined && yardstick.rounds > 1
    return [{ contender: name, before: kept, ratio, isFair }]
  })
}

/** The slowdowns that are there in every one of several runs, as the best of them saw them. */
export function inAll(runs: readonly (readonly Slowdown[])[]): readonly Slowdown[] {
  const [first = [], ...others] = runs
  return first.flatMap((slowdown) => {
    const same = others.map((run) => run.find((s) => s.contender === slowdown.contender))
    if (same.includes(undefined)) return []
    const all = [slowdown, ...same.filter((each) => each !== undefined)]
    return [all.reduce((best, each) => (each.ratio > best.ratio ? each : best))]
  })
}
