/**
 * `npm run unit -- [--seed <n>] [--slow] [--runs <n>] [path or package …]`: the unit tests or some
 * of them; `--seed` shuffles the order of the files, `--runs` tries properties that often.
 */

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { findTests } from '../unit/findTests.ts'
import { formatCounts } from '../unit/report.ts'
import { runTests } from '../unit/runTests.ts'

const LIMIT_MS = 15 * 60_000
const LONGER_LIMIT_MS = 60 * 60_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    slow: { type: 'boolean', default: false },
    runs: { type: 'string' },
  },
})
const toNumber = (text: string | undefined) => (text === undefined ? undefined : Number(text))
const seed = toNumber(values.seed)
const propertyRuns = toNumber(values.runs)
const isNamed = positionals.some((filter) => /(slow|long)-/.test(filter))
const files = findTests({ filters: positionals, slow: values.slow || isNamed })
const outcome = await runTests(files, {
  processes: availableParallelism(),
  seed,
  propertyRuns,
  limitMs: propertyRuns === undefined ? LIMIT_MS : LONGER_LIMIT_MS,
})
process.stdout.write(outcome.details)
if (seed !== undefined) console.log(`file order: seed ${seed}`)
console.log(formatCounts(outcome))
process.exitCode = outcome.isGood ? 0 : 1
