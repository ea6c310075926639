/** What the command prints about ParaTimes. */

import { histogram, seconds } from '../report.ts'
import { PARATIME_CLASSES, type ParatimeClass } from './plan/paratimeClasses.ts'
import type { ParatimeSeedResult } from './run/runParatimeSeed.ts'

/** What all seeds have come to. */
export interface ParatimeTotals {
  seeds: number
  passed: number
  simulatedMs: number
  /** Normal rounds, and transactions that clients were told to be final. */
  rounds: number
  told: number
  /** After healing: the longest wait for a normal round. */
  longestMs: number
  /** Seeds with what may be beyond the limit. */
  tolerated: number
  readonly classes: Map<ParatimeClass, number>
}

export function newParatimeTotals(): ParatimeTotals {
  return {
    seeds: 0,
    passed: 0,
    simulatedMs: 0,
    rounds: 0,
    told: 0,
    longestMs: 0,
    tolerated: 0,
    classes: new Map(),
  }
}

/** Counts a seed. */
export function addParatimes(totals: ParatimeTotals, result: ParatimeSeedResult): void {
  const { violations, simulatedMs, rounds, told, tolerated, happened } = result
  totals.seeds++
  if (violations.length === 0) totals.passed++
  totals.simulatedMs += simulatedMs
  totals.rounds += rounds
  totals.told += told
  totals.longestMs = Math.max(totals.longestMs, result.longestMs)
  if (tolerated > 0) totals.tolerated++
  for (const [name] of happened) totals.classes.set(name, (totals.classes.get(name) ?? 0) + 1)
}

/** The histogram, the speed, and at last how many passed. */
export function paratimeTotalsText(totals: ParatimeTotals, cpuMs: number, realMs: number): string {
  const { seeds, passed, simulatedMs, rounds, told, tolerated, classes } = totals
  const perSecond = (rounds / (cpuMs / 1000)).toFixed(0)
  return [
    'seeds in which it happened:',
    ...histogram(PARATIME_CLASSES, classes, seeds),
    `wrong or no results beyond the limit, which may be: ${tolerated} seeds`,
    `${seconds(simulatedMs)} s simulated in ${seconds(realMs)} s, ${seconds(cpuMs)} s of CPU`,
    `${rounds} rounds, ${told} transactions told to be final: ${perSecond} rounds a CPU second`,
    `the longest wait for a round after healing: ${seconds(totals.longestMs)} s`,
    `${seeds} seeds, ${passed} passed`,
    '',
  ].join('\n')
}
