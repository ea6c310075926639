/** `npm run -s sim`: whole networks under seeds. See {@link USAGE}. */

import { execFileSync } from 'node:child_process'
import { CodedError } from '@wadi/base/errors'
import { againOf, type Command, parseCommand, USAGE } from './command.ts'
import { costLines } from './paratimes/costs.ts'
import type { ParatimePlanOptions } from './paratimes/plan/createParatimePlan.ts'
import { addParatimes, newParatimeTotals, paratimeTotalsText } from './paratimes/report.ts'
import { type ParatimeSeedResult, runParatimeSeed } from './paratimes/run/runParatimeSeed.ts'
import { REGRESSIONS } from './regressions.ts'
import { addTo, type FailedSeed, failureText, newTotals, totalsText } from './report.ts'
import { runSeed, type SeedOptions, type SeedResult } from './run/runSeed.ts'
import { runSeeds, type SeedRunner, type SeedTask } from './run/seedPool.ts'

const EXIT_BAD = 1
const EXIT_USAGE = 2
/** So many seeds of a range are run once for one that is run twice. */
const TWICE_EVERY = 50n

function* tasksOf({ which }: Command): Generator<SeedTask> {
  switch (which.kind) {
    case 'one':
      yield { seed: which.seed, times: 'twice' }
      break
    case 'regressions':
      for (const { seed } of REGRESSIONS) yield { seed, times: 'once' }
      break
    case 'range':
      for (let seed = which.from; seed <= which.to; seed++) yield taskOf(seed)
      break
    case 'costs':
      break
    case 'fresh': {
      const first = BigInt(Date.now())
      const endMs = Date.now() + which.seconds * 1000
      for (let seed = first; Date.now() < endMs; seed++) yield taskOf(seed)
      break
    }
  }
}

function taskOf(seed: bigint): SeedTask {
  return { seed, times: seed % TWICE_EVERY === 0n ? 'twice' : 'once' }
}

function commitOf(): string {
  try {
    const { dirname } = import.meta
    const options = { cwd: dirname, encoding: 'utf8' } as const
    return execFileSync('git', ['describe', '--always', '--dirty'], options).trim()
  } catch {
    return 'unknown'
  }
}

/** Runs what was asked for; `count` hears of every seed, and `text` says what all came to. */
async function runAll<O, R extends FailedSeed>(
  { args, command }: { readonly args: readonly string[]; readonly command: Command },
  runner: SeedRunner<O, R>,
  count: (result: R) => void,
  text: (cpuMs: number, realMs: number) => string,
): Promise<void> {
  const [begunMs, cpu] = [performance.now(), process.cpuUsage()]
  const seeds: bigint[] = []
  let hasFailed = false
  await runSeeds(tasksOf(command), { ...runner, jobs: command.jobs }, (result) => {
    count(result)
    seeds.push(result.seed)
    if (result.violations.length === 0) return
    hasFailed = true
    const commit = commitOf()
    process.stdout.write(failureText(result, { commit, again: againOf(args, result.seed) }))
  })
  const { user, system } = process.cpuUsage(cpu)
  if (command.which.kind === 'fresh')
    process.stdout.write(`fresh seeds ${seeds[0]}..${seeds.at(-1)}\n`)
  process.stdout.write(text((user + system) / 1000, performance.now() - begunMs))
  if (hasFailed) process.exitCode = EXIT_BAD
}

async function run(args: readonly string[]): Promise<void> {
  const command = parseCommand(args)
  const { options, paratimes } = command
  const asked = { args, command }
  if (paratimes === undefined) {
    const totals = newTotals()
    const thread = new URL('./run/seedWorker.ts', import.meta.url)
    const runner: SeedRunner<SeedOptions, SeedResult> = {
      options,
      thread,
      run: ({ seed, times }) => runSeed(seed, options, times),
    }
    const count = (result: SeedResult) => addTo(totals, result)
    await runAll(asked, runner, count, (cpuMs, realMs) => totalsText(totals, cpuMs, realMs))
    return
  }
  if (command.which.kind === 'costs') {
    for await (const line of costLines()) process.stdout.write(`${line}\n`)
    return
  }
  const totals = newParatimeTotals()
  const thread = new URL('./paratimes/run/paratimeSeedThread.ts', import.meta.url)
  const runner: SeedRunner<ParatimePlanOptions, ParatimeSeedResult> = {
    options: paratimes,
    thread,
    run: ({ seed, times }) => runParatimeSeed(seed, paratimes, times),
  }
  const count = (result: ParatimeSeedResult) => addParatimes(totals, result)
  await runAll(asked, runner, count, (cpuMs, realMs) => paratimeTotalsText(totals, cpuMs, realMs))
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof CodedError || (error instanceof TypeError && 'code' in error)
  if (!isUsage) throw error
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
  process.exitCode = EXIT_USAGE
}
