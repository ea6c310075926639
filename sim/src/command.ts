/** What the command is asked for. */

import { parseArgs } from 'node:util'
import { definePlainErrors } from '@wadi/base/errors'
import {
  EXECUTORS_MAX,
  EXECUTORS_MIN,
  type ParatimePlanOptions,
} from './paratimes/plan/createParatimePlan.ts'
import type { SeedOptions } from './run/runSeed.ts'

export const USAGE = `npm run -s sim -- [options]

  --seed N             one seed, run twice: both runs have to be the same
  --seeds A..B         all seeds from A to B
  --fresh SECONDS      seeds that nobody has run before, for so long
  --regressions        seeds that have failed once
  --validators N       4 to 7 unless told otherwise
  --byzantine N        how many validators are byzantine; up to the limit unless told otherwise
  --minutes N          simulated minutes of each seed, 2 unless told otherwise; 25 heights for each
  --application NAME   oasis (the consensus services) or kvstore
  --signatures KIND    stand-in (a keyed hash) or real
  --jobs N             threads
  --paratimes          ParaTimes on compute nodes, in place of a network of validators
  --executors N        how many compute nodes: 3 to 7, and unless told otherwise any of these
  --costs              what a transaction costs committees of 2, 5, 24 and 67, with --paratimes
`

const errors = definePlainErrors('sim', {
  badNumber: 'not such a number',
  badRange: 'not a range of seeds',
  badChoice: 'not one of the choices',
})

/** Which seeds are run. */
export type Which =
  | { readonly kind: 'one'; readonly seed: bigint }
  | { readonly kind: 'range'; readonly from: bigint; readonly to: bigint }
  | { readonly kind: 'fresh'; readonly seconds: number }
  | { readonly kind: 'regressions' }
  | { readonly kind: 'costs' }

export interface Command {
  readonly which: Which
  readonly options: SeedOptions
  /** Undefined: a network of validators. */
  readonly paratimes: ParatimePlanOptions | undefined
  readonly jobs: number
}

const VALIDATORS_MIN = 2
const VALIDATORS_MAX = 200
const MINUTES_MAX = 100_000
const JOBS_MAX = 256
const RANGE = /^(\d{1,18})\.\.(\d{1,18})$/

/** Reads the command line; throws a `CodedError` that says what is wrong with it. */
export function parseCommand(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      fresh: { type: 'string' },
      regressions: { type: 'boolean', default: false },
      validators: { type: 'string' },
      byzantine: { type: 'string' },
      minutes: { type: 'string' },
      application: { type: 'string', default: 'oasis' },
      signatures: { type: 'string', default: 'stand-in' },
      jobs: { type: 'string', default: '1' },
      paratimes: { type: 'boolean', default: false },
      executors: { type: 'string' },
      costs: { type: 'boolean', default: false },
    },
  })
  const { validators, byzantine, minutes, paratimes, executors } = values
  const count = paratimes
    ? numberIn(executors, EXECUTORS_MIN, EXECUTORS_MAX)
    : numberIn(validators, VALIDATORS_MIN, VALIDATORS_MAX)
  if (executors !== undefined && !paratimes) throw errors.badChoice('--executors: of --paratimes')
  if (validators !== undefined && paratimes)
    throw errors.badChoice('--validators: --paratimes has --executors')
  const least = paratimes ? EXECUTORS_MIN : VALIDATORS_MIN * 2
  const plan = {
    byzantine: numberIn(byzantine, 0, (count ?? least) - 1),
    minutes: numberIn(minutes, 1, MINUTES_MAX),
  }
  if (values.costs && !paratimes) throw errors.badChoice('--costs: of --paratimes')
  return {
    which: values.costs ? { kind: 'costs' } : whichOf(values),
    jobs: numberIn(values.jobs, 1, JOBS_MAX) ?? 1,
    paratimes: paratimes ? { executors: count, ...plan } : undefined,
    options: {
      validators: count,
      ...plan,
      application: choiceOf(values.application, ['oasis', 'kvstore']),
      signatures: choiceOf(values.signatures, ['stand-in', 'real']),
    },
  }
}

/** The command that runs a seed again with everything else as it was. */
export function againOf(args: readonly string[], seed: bigint): string {
  const kept: string[] = []
  for (let i = 0; i < args.length; i++) {
    const name = args[i]!
    if (name === '--regressions') continue
    if (['--seed', '--seeds', '--fresh', '--jobs'].includes(name)) i++
    else if (!/^--(seed|seeds|fresh|jobs)=/.test(name)) kept.push(name)
  }
  return ['npm run -s sim -- --seed', seed, ...kept].join(' ')
}

interface WhichValues {
  readonly seed?: string | undefined
  readonly seeds?: string | undefined
  readonly fresh?: string | undefined
  readonly regressions: boolean
}

function whichOf({ seed, seeds, fresh, regressions }: WhichValues): Which {
  if (seed !== undefined) {
    if (!/^\d{1,18}$/.test(seed)) throw errors.badNumber(`--seed ${seed}`)
    return { kind: 'one', seed: BigInt(seed) }
  }
  if (seeds !== undefined) {
    const [, from = '', to = ''] = RANGE.exec(seeds) ?? []
    if (from === '' || BigInt(from) > BigInt(to)) throw errors.badRange(`--seeds ${seeds}`)
    return { kind: 'range', from: BigInt(from), to: BigInt(to) }
  }
  if (fresh !== undefined) return { kind: 'fresh', seconds: numberIn(fresh, 1, MINUTES_MAX) ?? 1 }
  return regressions ? { kind: 'regressions' } : { kind: 'one', seed: 1n }
}

function numberIn(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (number < least || number > most) throw errors.badNumber(`${text}: ${least} to ${most}`)
  return number
}

function choiceOf<const T extends string>(text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw errors.badChoice(`${text}: ${choices.join(' or ')}`)
  return found
}
