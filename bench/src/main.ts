/** `npm run -s bench [-- [--json] [part of a scenario's name …]]`: measures and compares. */

import { hash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureScenario, type Result, type Timing } from './measure.ts'
import type { Scenario } from './scenario.ts'
import { formatResult } from './table.ts'

const FOLDER = new URL('../scenarios/', import.meta.url)
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
  options: { json: { type: 'boolean', default: false } },
})
const scenarios = await loadScenarios(positionals)
const results: Result[] = []
for (const scenario of scenarios) {
  if (!values.json) process.stderr.write(`measuring ${scenario.name} …\n`)
  const result = await measureScenario(scenario, timing)
  results.push(result)
  if (!values.json) console.log(`${formatResult(result)}\n`)
}
if (values.json) {
  const { version: node, platform, arch } = process
  console.log(JSON.stringify({ node, platform, arch, results }, undefined, 2))
} else {
  const states = results.flatMap(({ verdicts }) => verdicts.map(({ state }) => state))
  const count = (state: string) => states.filter((each) => each === state).length
  const unknown = count('not measured')
  const tail = unknown === 0 ? '' : `, ${unknown} not measured`
  console.log(
    `${results.length} scenarios; goals: ${count('met')} met, ${count('missed')} missed${tail}`,
  )
}
if (results.length === 0) {
  process.stderr.write('no scenario has such a name\n')
  process.exitCode = 2
}
