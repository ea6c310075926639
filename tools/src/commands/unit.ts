/** `npm run unit -- [--seed <n>] [--slow] [path or package …]`: the unit tests or some of them. */

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { findTests } from '../unit/findTests.ts'
import { formatCounts } from '../unit/report.ts'
import { runTests } from '../unit/runTests.ts'

const LIMIT_MS = 15 * 60_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, slow: { type: 'boolean', default: false } },
})
const seed = values.seed === undefined ? undefined : Number.parseInt(values.seed, 10)
const isNamed = positionals.some((filter) => filter.includes('slow-'))
const files = findTests({ filters: positionals, slow: values.slow || isNamed })
const outcome = await runTests(files, {
  processes: availableParallelism(),
  seed,
  limitMs: LIMIT_MS,
})
process.stdout.write(outcome.details)
if (seed !== undefined) console.log(`file order: seed ${seed}`)
console.log(formatCounts(outcome))
process.exitCode = outcome.isGood ? 0 : 1
