/** What the command prints. */

import { FAULT_CLASSES, type FaultClass } from './plan/faultClasses.ts'
import type { SeedResult } from './run/runSeed.ts'

/** What all seeds have come to. */
export interface Totals {
  seeds: number
  passed: number
  simulatedMs: number
  /** Blocks that the cores have agreed on, and those that nodes have applied. */
  heights: bigint
  applied: number
  /** Forks and stops beyond the limit. */
  tolerated: number
  /** In how many seeds what went wrong. */
  readonly classes: Map<FaultClass, number>
}

export function newTotals(): Totals {
  return {
    seeds: 0,
    passed: 0,
    simulatedMs: 0,
    heights: 0n,
    applied: 0,
    tolerated: 0,
    classes: new Map(),
  }
}

/** Counts a seed. */
export function addTo(totals: Totals, result: SeedResult): void {
  totals.seeds++
  if (result.violations.length === 0) totals.passed++
  totals.simulatedMs += result.simulatedMs
  totals.heights += result.height
  totals.applied += result.applied
  if (result.tolerated > 0) totals.tolerated++
  for (const [name] of result.happened)
    totals.classes.set(name, (totals.classes.get(name) ?? 0) + 1)
}

/** What is shown of a seed that failed. */
export type FailedSeed = Pick<SeedResult, 'seed' | 'violations' | 'simulatedMs' | 'logs'>

/** What was wrong with a seed, and how to see it again. */
export function failureText(
  { seed, violations, simulatedMs, logs }: FailedSeed,
  { commit, again }: { readonly commit: string; readonly again: string },
): string {
  const [first] = violations
  return [
    `seed ${seed} failed: ${first?.checker} at ${seconds(first?.atMs ?? simulatedMs)} s`,
    ...violations.map(({ checker, why }) => `  ${checker}: ${why}`),
    `  commit ${commit}`,
    `  again: ${again}`,
    ...logs.flatMap((lines, node) => [`  node ${node}`, ...lines.map((line) => `    ${line}`)]),
    '',
  ].join('\n')
}

const HUNDRED = 100

/** In how many seeds each class has happened, a line each. */
export function histogram<T extends string>(
  classes: readonly T[],
  counts: ReadonlyMap<T, number>,
  seeds: number,
): readonly string[] {
  const width = Math.max(...classes.map(({ length }) => length))
  return classes.map((name) => {
    const count = counts.get(name) ?? 0
    const percent = ((count * HUNDRED) / Math.max(1, seeds)).toFixed(1)
    return `  ${name.padEnd(width)} ${String(count).padStart(6)} ${percent.padStart(6)} %`
  })
}

/** The histogram, the speed, and at last how many passed. */
export function totalsText(totals: Totals, cpuMs: number, realMs: number): string {
  const { seeds, passed, simulatedMs, heights, applied, tolerated } = totals
  const perSecond = (count: number) => (count / (cpuMs / 1000)).toFixed(0)
  return [
    'seeds in which it happened:',
    ...histogram(FAULT_CLASSES, totals.classes, seeds),
    `forks or stops beyond the limit, which may be: ${tolerated} seeds`,
    `${seconds(simulatedMs)} s simulated in ${seconds(realMs)} s, ${seconds(cpuMs)} s of CPU: ` +
      `${(simulatedMs / cpuMs).toFixed(1)} × per CPU`,
    `${heights} heights, ${applied} blocks applied: ${perSecond(applied)} blocks a CPU second`,
    `${seeds} seeds, ${passed} passed`,
    '',
  ].join('\n')
}

/** In seconds, for people. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
