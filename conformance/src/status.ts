/**
 * `npm run -s status`: runs every runner by itself and writes down in STATUS.md what it read and
 * how it went. Exits 1 if a test failed or a vector file was neither read nor excused.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coverageOf } from './coverage.ts'
import { excuses } from './excuses.ts'
import { areVectorsPresent, listFiles, readJson } from './vectors.ts'

const RUNNERS = join(import.meta.dirname, '../runners')
const STATUS = join(import.meta.dirname, '../STATUS.md')
const RUN_LIMIT_MS = 10 * 60_000
const DATE_SIZE = 'YYYY-MM-DD'.length

interface Outcome {
  readonly area: string
  readonly files: readonly string[]
  readonly run: number
  readonly passed: number
  readonly skipped: number
}

/** The number behind a word in the summary of `node --test`. */
function countOf(summary: string, word: string): number {
  const match = new RegExp(`^# ${word} (\\d+)$`, 'm').exec(summary)
  if (match === null) throw new TypeError(`no summary of a test run: ${summary.slice(-500)}`)
  return Number(match[1])
}

function runOne(file: string, folder: string): Outcome {
  const list = join(folder, `${file}.json`)
  const args = ['--test', '--test-isolation=none', '--test-reporter=tap', join(RUNNERS, file)]
  const env = { ...process.env, WADI_VECTORS_LIST: list }
  const { stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env,
    timeout: RUN_LIMIT_MS,
  })
  return {
    area: file.replace(/\.test\.ts$/, ''),
    // A runner whose values are in the specification reads no file.
    files: existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as string[]) : [],
    run: countOf(stdout, 'tests'),
    passed: countOf(stdout, 'pass'),
    skipped: countOf(stdout, 'skipped'),
  }
}

function formatStatus(outcomes: readonly Outcome[], read: ReadonlySet<string>): string {
  const files = listFiles()
  const { excused, unread } = coverageOf(files, read)
  const { reference } = readJson<{ readonly reference: string }>('MANIFEST.json')
  const rows = outcomes.map(
    ({ area, files: vectors, run, passed, skipped }) =>
      `| [${area}](runners/${area}.test.ts) | ${vectors.length} | ${run} | ${passed} | ${skipped} |`,
  )
  const reasons = excuses.map(({ matches, why, since }) => {
    const pattern = matches.source.replaceAll('|', '\\|')
    return `| \`${pattern}\` | ${why} | ${since} |`
  })
  const date = new Date().toISOString().slice(0, DATE_SIZE)
  return `# What the runners found

Made by \`npm run -s status\` on ${date}, with recordings of ${reference}:
${read.size} of ${read.size + unread.length} vector files read, ${excused} excused by name.

| area | vector files | run | passed | skipped |
|---|---|---|---|---|
${rows.join('\n')}

| excused | why | since |
|---|---|---|
${reasons.join('\n')}
`
}

function main(): number {
  if (!areVectorsPresent()) {
    process.stderr.write('status: vectors absent: nothing to write down\n')
    return 1
  }
  const folder = mkdtempSync(join(tmpdir(), 'wadi-status-'))
  try {
    const runners = readdirSync(RUNNERS).filter((name) => name.endsWith('.test.ts'))
    const outcomes = runners.toSorted().map((file) => runOne(file, folder))
    const read = new Set(outcomes.flatMap(({ files }) => files))
    writeFileSync(STATUS, formatStatus(outcomes, read))
    const isWhole = coverageOf(listFiles(), read).unread.length === 0
    const isGood = outcomes.every(({ run, passed, skipped }) => run === passed + skipped)
    process.stdout.write(`STATUS.md is written: ${outcomes.length} areas\n`)
    return isWhole && isGood ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = main()
