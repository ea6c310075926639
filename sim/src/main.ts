/** `npm run -s sim`: whole networks under seeds. See {@link USAGE}. */

import { execFileSync } from 'node:child_process'
import { CodedError } from '@wadi/base/errors'
import { type Command, parseCommand, USAGE } from './command.ts'
import { REGRESSIONS } from './regressions.ts'
import { addTo, failureText, newTotals, totalsText } from './report.ts'
import { runSeeds, type SeedTask } from './run/seedPool.ts'

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

/** The command that runs a seed again with everything else as it was. */
function againOf(args: readonly string[], seed: bigint): string {
  const kept: string[] = []
  for (let i = 0; i < args.length; i++) {
    const name = args[i]!
    if (name === '--regressions') continue
    if (['--seed', '--seeds', '--fresh', '--jobs'].includes(name)) i++
    else if (!/^--(seed|seeds|fresh|jobs)=/.test(name)) kept.push(name)
  }
  return ['npm run -s sim -- --seed', seed, ...kept].join(' ')
}

async function run(args: readonly string[]): Promise<void> {
  const command = parseCommand(args)
  const totals = newTotals()
  const [begunMs, cpu] = [performance.now(), process.cpuUsage()]
  const seeds: bigint[] = []
  await runSeeds(tasksOf(command), command, (result) => {
    addTo(totals, result)
    seeds.push(result.seed)
    if (result.violations.length === 0) return
    const commit = commitOf()
    process.stdout.write(failureText(result, { commit, again: againOf(args, result.seed) }))
  })
  const { user, system } = process.cpuUsage(cpu)
  if (command.which.kind === 'fresh')
    process.stdout.write(`fresh seeds ${seeds[0]}..${seeds.at(-1)}\n`)
  process.stdout.write(totalsText(totals, (user + system) / 1000, performance.now() - begunMs))
  if (totals.passed < totals.seeds) process.exitCode = EXIT_BAD
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof CodedError || (error instanceof TypeError && 'code' in error)
  if (!isUsage) throw error
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
  process.exitCode = EXIT_USAGE
}
