/** Runs test files in as many processes as asked for and adds up what they report. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../repository.ts'
import { runProgram } from '../runProgram.ts'
import { isSlow } from './findTests.ts'
import { addCounts, formatFailure, NO_COUNTS, type Outcome, type ReportLine } from './report.ts'
import { divide } from './share.ts'
import { usualTimes } from './usualTimes.ts'

export type RunOptions = {
  /** At a time, where nothing waits. With one, all files share it, and what they count. */
  readonly processes: number
  /** Shuffles the order of the files; without it the order only depends on their weights. */
  readonly seed: number | undefined
  /** How often properties are tried, where not as often as they say themselves. */
  readonly propertyRuns?: number | undefined
  /** A process that takes longer is stopped and counts as failed. */
  readonly limitMs: number
  /** Added to the environment of the test processes. */
  readonly env?: Readonly<Record<string, string>>
}

const REPORTER = fileURLToPath(new URL('./reporter.ts', import.meta.url))
const PROPERTY_RUNS = import.meta.resolve('./propertyRuns.ts')
const TIMES = join(ROOT, 'node_modules/.cache/wadi/test-times.json')
const UNKNOWN_MS = 100
const UNKNOWN_SLOW_MS = 15_000

type Times = Record<string, number>

/** How long each file took last time: only a hint for dividing the work. */
function readTimes(): Times {
  try {
    return JSON.parse(readFileSync(TIMES, 'utf8')) as Times
  } catch {
    return {}
  }
}

function writeTimes(times: Times): void {
  mkdirSync(dirname(TIMES), { recursive: true })
  writeFileSync(TIMES, JSON.stringify(times))
}

function readReport(path: string): ReportLine[] {
  try {
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ReportLine)
  } catch {
    return []
  }
}

type Part = Outcome & { readonly times: Times }

async function runPart(
  files: readonly string[],
  report: string,
  { limitMs, env, propertyRuns }: RunOptions,
): Promise<Part> {
  // That a part of Node is experimental is known to whoever chose it.
  const quiet = '--disable-warning=ExperimentalWarning'
  // What a failed test left open must not keep its failure from being told.
  const once = ['--test-isolation=none', '--test-force-exit']
  const flags = [quiet, '--test', ...once, `--test-reporter=${REPORTER}`]
  const longer = propertyRuns === undefined ? [] : ['--import', PROPERTY_RUNS]
  const args = [...longer, ...flags, `--test-reporter-destination=${report}`, ...files]
  const done = await runProgram(process.execPath, args, {
    limitMs,
    env: propertyRuns === undefined ? env : { ...env, WADI_PROPERTY_RUNS: `${propertyRuns}` },
  })
  const lines = readReport(report)
  const failures = lines.filter((line) => line.kind === 'failure')
  const counts = lines.find((line) => line.kind === 'counts')
  const times = lines.find((line) => line.kind === 'times')?.ms ?? {}
  const isGood = done.code === 0 && counts?.failed === 0 && failures.length === 0
  const details = failures.map(formatFailure).join('') + done.output
  if (counts === undefined) {
    const stopped = `  a test process ended early (${done.reason}); its files:\n`
    const list = files.map((file) => `    ${file}\n`).join('')
    return { ...NO_COUNTS, failed: 1, isGood: false, times, details: stopped + list + details }
  }
  const failed = isGood ? 0 : Math.max(1, counts.failed)
  return { passed: counts.passed, failed, skipped: counts.skipped, isGood, times, details }
}

/** Runs the files. A run in which no test ran is a failure: it would prove nothing. */
export async function runTests(files: readonly string[], options: RunOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-tests-'))
  try {
    const known = readTimes()
    const guess = (file: string) => (isSlow(file) ? UNKNOWN_SLOW_MS : UNKNOWN_MS)
    const weigh = (file: string) => known[file] ?? usualTimes[file] ?? guess(file)
    const division = divide(files, { ...options, weigh })
    const parts: Part[] = []
    const waiting = division.parts.entries()
    const runWaiting = async () => {
      for (const [i, part] of waiting)
        parts[i] = await runPart(part, join(folder, `${i}.ndjson`), options)
    }
    await Promise.all(Array.from({ length: division.lanes }, runWaiting))
    const measured = Object.entries(Object.assign({}, ...parts.map((part) => part.times)) as Times)
    writeTimes({
      ...known,
      ...Object.fromEntries(measured.map(([path, ms]) => [path.slice(ROOT.length), ms])),
    })
    const counts = parts.reduce(addCounts, NO_COUNTS)
    const ran = counts.passed + counts.failed
    const details = parts.map((part) => part.details).join('')
    if (ran === 0) return { ...counts, isGood: false, details: `${details}  no test ran\n` }
    return { ...counts, isGood: parts.every((part) => part.isGood), details }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
