/** Commands of this program: what all of them take, and what they run with. */

import type { RandomSource } from '@wadi/base/random'
import { processRandom } from '@wadi/compose/process-world'
import type { Call, Command, CommandWorld, Flags } from '@wadi/node-config/command'
import { errors } from '../errors.ts'
import { Progress, type ProgressStream } from '../terminal/progress.ts'
import { nobody, type Terminal } from '../terminal/terminal.ts'
import { type WadiFlagValues, wadiFlags } from './wadiFlags.ts'

/** The world of a command: with somebody at a terminal, or nobody. */
export interface WadiWorld extends CommandWorld {
  readonly terminal: Terminal
  readonly progress: Progress
  readonly random: RandomSource
}

/** What may be given beside the streams. */
export type ProgramPlace = CommandWorld & Partial<Pick<WadiWorld, 'terminal' | 'random'>>

/** A command before it has what all of them have. */
interface Declared<T extends Flags> extends Omit<Command<T>, 'run'> {
  /** Does it do without a node, or is there no proof of what a node says to it? */
  readonly asks?: 'nobody' | 'unproved'
  run(call: Call<T & typeof wadiFlags>, world: WadiWorld): number | Promise<number>
}

function worldOf(place: ProgramPlace): WadiWorld {
  const { terminal = nobody, random = processRandom } = place
  const progress = new Progress(place.err as ProgressStream)
  return { ...place, terminal, random, progress }
}

/** Declares a command. */
export function wadiCommand<const T extends Flags>(declared: Declared<T>): Command<T> {
  const { asks, ...rest } = declared
  const { node, output } = wadiFlags
  const flags: Flags = { nobody: { output }, unproved: { node, output }, all: wadiFlags }[
    asks ?? 'all'
  ]
  return {
    ...rest,
    // Whoever reads the operands says better what is wrong with them.
    signedOperands: true,
    options: { ...flags, ...declared.options } as T,
    run(call, place) {
      const whole = call as Call<T & typeof wadiFlags>
      const { output, verify } = whole.flags as WadiFlagValues
      if (output !== 'text' && output !== 'json')
        throw errors.badValue(`--output is ${JSON.stringify(output)}; give text or json`)
      if (asks === 'unproved' && verify)
        throw errors.badValue(
          'nobody proves what this command says; ask without --verify, and believe the node',
        )
      return declared.run(whole, worldOf(place))
    },
  }
}
