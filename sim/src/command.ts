/** What the command is asked for. */

import { parseArgs } from 'node:util'
import { definePlainErrors } from '@wadi/base/errors'
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

export interface Command {
  readonly which: Which
  readonly options: SeedOptions
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
    },
  })
  const { validators, byzantine, minutes } = values
  const count = numberIn(validators, VALIDATORS_MIN, VALIDATORS_MAX)
  return {
    which: whichOf(values),
    jobs: numberIn(values.jobs, 1, JOBS_MAX) ?? 1,
    options: {
      validators: count,
      byzantine: numberIn(byzantine, 0, (count ?? VALIDATORS_MIN * 2) - 1),
      minutes: numberIn(minutes, 1, MINUTES_MAX),
      application: choiceOf(values.application, ['oasis', 'kvstore']),
      signatures: choiceOf(values.signatures, ['stand-in', 'real']),
    },
  }
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
