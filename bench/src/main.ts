/**
 * `npm run -s bench [-- [--json] [--strict] [--save-baseline] [part of a scenario's name …]]`:
 * measures and compares, with others and with `bench/baseline.json`.
 */

import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  type Baseline,
  findSlowdowns,
  inAll,
  isComparable,
  type Machine,
  type Slowdown,
  updateBaseline,
} from './baseline.ts'
import { measureScenario, type Result, type Timing } from './measure.ts'
import type { Scenario } from './scenario.ts'
import { formatResult, formatSlowdown } from './table.ts'

const FOLDER = new URL('../scenarios/', import.meta.url)
const BASELINE = fileURLToPath(new URL('../baseline.json', import.meta.url))
/** A slowdown fails a strict run if it is there so many times one after the other. */
const STRICT_RUNS = 3
const KIBIBYTE = new Uint8Array(1024)

const timing: Timing = {
  sliceMs: 50,
  rounds: 9,
  cpuMs() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },
  fallback: {
    name: 'crypto.hash of 1 KiB (SHA-512/256)',
    run: () => hash('sha512-256', KIBIBYTE, 'buffer'),
  },
}

async function loadScenarios(filters: readonly string[]): Promise<Scenario[]> {
  const files = readdirSync(fileURLToPath(FOLDER)).filter((name) => name.endsWith('.ts'))
  const all: Scenario[] = []
  for (const file of files.toSorted()) {
    const loaded = (await import(new URL(file, FOLDER).href)) as { scenarios: readonly Scenario[] }
    all.push(...loaded.scenarios)
  }
  if (filters.length === 0) return all
  return all.filter(({ name }) => filters.some((filter) => name.includes(filter)))
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    'save-baseline': { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
  },
})
const { version, platform, arch } = process
const machine: Machine = {
  node: version.slice(1).split('.')[0] ?? '',
  platform,
  arch,
  processor: hash('sha256', os.cpus()[0]?.model ?? '').slice(0, 8),
}
const stored = existsSync(BASELINE)
  ? (JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline)
  : undefined
const baseline = stored && isComparable(stored.machine, machine) ? stored : undefined

/** What is slower than in the baseline; only what is so in every repetition, if it must count. */
async function confirmSlowdowns(scenario: Scenario, result: Result): Promise<readonly Slowdown[]> {
  if (baseline === undefined || values['save-baseline']) return []
  const runs = [findSlowdowns(baseline, result)]
  while (values.strict && inAll(runs).some(({ isFair }) => isFair) && runs.length < STRICT_RUNS)
    runs.push(findSlowdowns(baseline, await measureScenario(scenario, timing)))
  return inAll(runs)
}

const scenarios = await loadScenarios(positionals)
const results: Result[] = []
const slowdowns: Slowdown[] = []
for (const scenario of scenarios) {
  if (!values.json) process.stderr.write(`measuring ${scenario.name} …\n`)
  const result = await measureScenario(scenario, timing)
  results.push(result)
  const slower = await confirmSlowdowns(scenario, result)
  slowdowns.push(...slower)
  if (!values.json)
    console.log([formatResult(result), ...slower.map(formatSlowdown), ''].join('\n'))
}
if (values['save-baseline']) {
  const updated = updateBaseline(stored, machine, results)
  writeFileSync(BASELINE, `${JSON.stringify(updated, undefined, 2)}\n`)
}
if (values.json) {
  console.log(JSON.stringify({ node: version, platform, arch, results, slowdowns }, undefined, 2))
} else {
  const states = results.flatMap(({ verdicts }) => verdicts.map(({ state }) => state))
  const count = (state: string) => states.filter((each) => each === state).length
  const unknown = count('not measured')
  const tail = unknown === 0 ? '' : `, ${unknown} not measured`
  const compared = baseline === undefined ? 'no baseline' : `${slowdowns.length} slower`
  const goals = `goals: ${count('met')} met, ${count('missed')} missed${tail}`
  console.log(`${results.length} scenarios; ${goals}; ${compared}`)
}
const proves = baseline?.machine.processor === machine.processor
if (values.strict && proves && slowdowns.some(({ isFair }) => isFair)) process.exitCode = 1
if (results.length === 0) {
  process.stderr.write('no scenario has such a name\n')
  process.exitCode = 2
}
