/** The steps that `npm run check` and `npm test` are made of. */

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './repository.ts'
import { runProgram } from './runProgram.ts'
import { runSteps, type Step, type StepResult } from './steps.ts'
import { CONFORMANCE_RUNNERS, findTests } from './unit/findTests.ts'
import { addCounts, formatCounts, NO_COUNTS } from './unit/report.ts'
import { runTests } from './unit/runTests.ts'

const TSC = 'typescript/bin/tsc'
const BIOME = '@biomejs/biome/bin/biome'
const KNIP = 'knip/bin/knip.js'

const MINUTE_MS = 60_000
// Far beyond what they take: the limits end what hangs, and a slow machine is no failure.
const STATIC_LIMIT_MS = 10 * MINUTE_MS
const UNIT_LIMIT_MS = 20 * MINUTE_MS
const CONFORMANCE_LIMIT_MS = 15 * MINUTE_MS

function program(name: string, command: string, ...args: string[]): Step {
  return {
    name,
    async run() {
      const done = await runProgram(command, args, { limitMs: STATIC_LIMIT_MS })
      return { isGood: done.code === 0, details: `${done.output}(${done.reason})` }
    },
  }
}

/** A tool by the script that starts it: the links in `.bin` are no programs on every platform. */
function tool(name: string, script: string, ...args: string[]): Step {
  return program(name, process.execPath, join(ROOT, 'node_modules', script), ...args)
}

function ours(command: string, ...args: string[]): Step {
  return program(command, process.execPath, join(ROOT, `tools/src/commands/${command}.ts`), ...args)
}

/** Everything that reads the sources without running them; the longest first. */
export function staticSteps(): Step[] {
  return [
    tool('tsc node', TSC, '-p', 'tsconfig.node.json'),
    tool('tsc rules', TSC, '-p', 'tsconfig.rules.json'),
    tool('biome', BIOME, 'check', '--error-on-warnings', '--max-diagnostics=200'),
    tool('tsc web', TSC, '-p', 'tsconfig.web.json'),
    tool('knip', KNIP, '--no-config-hints'),
    ours('tidy'),
    ours('docs', '--check'),
  ]
}

/** The unit tests on all cores; `slow-*.test.ts` only with `slow`. */
export function unitStep({ slow }: { readonly slow: boolean }): Step {
  return {
    name: 'unit',
    async run() {
      const files = findTests({ filters: [], slow })
      const processes = availableParallelism()
      const outcome = await runTests(files, { processes, seed: undefined, limitMs: UNIT_LIMIT_MS })
      return { isGood: outcome.isGood, details: outcome.details, counts: outcome }
    },
  }
}

/** The runners over vectors: one process, because it accounts for every file that was read. */
export function conformanceStep(): Step {
  return {
    name: 'conformance',
    async run() {
      const files = findTests({ filters: [CONFORMANCE_RUNNERS], slow: true })
      const env = { WADI_CONFORMANCE: 'whole' }
      const limitMs = CONFORMANCE_LIMIT_MS
      const outcome = await runTests(files, { processes: 1, seed: undefined, limitMs, env })
      return { isGood: outcome.isGood, details: outcome.details, counts: outcome, tells: true }
    },
  }
}

/** Runs the static steps side by side, then the others; says the sum and the verdict. */
export async function runChecks(others: readonly Step[]): Promise<void> {
  const results: StepResult[] = await runSteps(staticSteps(), availableParallelism())
  results.push(...(await runSteps(others, others.length)))
  const counts = results.reduce((sum, each) => addCounts(sum, each.counts ?? NO_COUNTS), NO_COUNTS)
  const broken = results.filter((each) => !each.isGood).length
  if (broken > 0) console.log(`${broken} of ${results.length} steps failed`)
  console.log(formatCounts(counts))
  process.exitCode = broken === 0 ? 0 : 1
}
