/** Runs a seed, once or twice, and says what came of it in plain values. */

import { toHex } from '@wadi/base/bytes'
import type { LogRecord, LogValue } from '@wadi/base/log'
import { createPlan, type PlanOptions } from '../plan/createPlan.ts'
import type { FaultClass } from '../plan/faultClasses.ts'
import { type Finding, type SimulationOptions, simulate } from './simulation.ts'

/** What all seeds of a command have in common. */
export interface SeedOptions
  extends PlanOptions,
    Pick<SimulationOptions, 'application' | 'signatures' | 'bug'> {}

export interface SeedResult {
  readonly seed: bigint
  /** What must not be; empty if it passed. */
  readonly violations: readonly Finding[]
  /** Forks and stops where nobody promises that there are none. */
  readonly tolerated: number
  /** Of all runs. */
  readonly simulatedMs: number
  readonly height: bigint
  readonly applied: number
  readonly digest: string
  readonly happened: readonly (readonly [FaultClass, number])[]
  /** The last lines of each node, if something was wrong. */
  readonly logs: readonly (readonly string[])[]
}

const LINES = 12

/** See the top of this file. */
export function runSeed(
  seed: bigint,
  options: SeedOptions,
  times: 'once' | 'twice' = 'once',
): SeedResult {
  const plan = createPlan(seed, options)
  const { happened, logs, violations, tolerated, ...rest } = simulate({ plan, ...options })
  const found = [...violations]
  let { simulatedMs, applied } = rest
  if (times === 'twice' && found.length === 0) {
    // Whoever wrote to bytes of others does not do so this time.
    const again = simulate({ plan, ...options, messages: 'copied' })
    simulatedMs += again.simulatedMs
    applied += again.applied
    found.push(...differencesOf(rest, again))
  }
  return {
    seed,
    ...rest,
    simulatedMs,
    applied,
    violations: found,
    tolerated: tolerated.length,
    happened: [...happened],
    logs: found.length === 0 ? [] : lastLines(logs),
  }
}

type Run = Pick<SeedResult, 'digest' | 'simulatedMs'>

/** P34: a seed that is run twice does the same. */
export function differencesOf(first: Run, second: Run): readonly Finding[] {
  if (second.digest === first.digest) return []
  const why = `a second run is another one: ${first.digest} and ${second.digest}`
  return [{ checker: 'determinism', why, atMs: first.simulatedMs }]
}

/** The last lines of each node, for people. */
export function lastLines(logs: readonly (readonly LogRecord[])[]): readonly (readonly string[])[] {
  return logs.map((records) => records.slice(-LINES).map(lineOf))
}

function lineOf({ level, sentence, fields }: LogRecord): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`)
  return [level, sentence, ...shown].join(' ')
}

function textOf(value: LogValue): string {
  return value instanceof Uint8Array ? toHex(value).slice(0, 12) : String(value)
}
