/** Commands of this program: what all of them take, and what they run with. */

import type { RandomSource } from '@wadi/base/random'
import { processRandom } from '@wadi/compose/process-world'
import type { Call, Command, CommandWorld, Flags, FlagsOf } from '@wadi/node-config/command'
import { errors } from '../errors.ts'
import { Progress, type ProgressStream } from '../terminal/progress.ts'
import { nobody, type Terminal } from '../terminal/terminal.ts'

/** What every command takes. */
export const wadiFlags = {
  node: {
    kind: 'text',
    doc: 'the node that is asked: unix:<path> or <host>:<port>',
    fallback: '',
    word: 'node',
  },
  output: {
    kind: 'text',
    doc: 'how the answer is written: text or json',
    fallback: 'text',
    word: 'form',
  },
} as const satisfies Flags

export type WadiFlagValues = FlagsOf<typeof wadiFlags>

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
  run(call: Call<T & typeof wadiFlags>, world: WadiWorld): number | Promise<number>
}

function worldOf(place: ProgramPlace): WadiWorld {
  const { terminal = nobody, random = processRandom } = place
  const progress = new Progress(place.err as ProgressStream)
  return { ...place, terminal, random, progress }
}

/** Declares a command. */
export function wadiCommand<const T extends Flags>(declared: Declared<T>): Command<T> {
  const options = { ...wadiFlags, ...declared.options }
  return {
    ...declared,
    options,
    run(call, place) {
      const whole = call as Call<T & typeof wadiFlags>
      const { output } = whole.flags as WadiFlagValues
      if (output !== 'text' && output !== 'json')
        throw errors.badValue(`--output is ${JSON.stringify(output)}; give text or json`)
      return declared.run(whole, worldOf(place))
    },
  }
}

/** The operands of a command, by their names; `?` at the end of one says that it may be missing. */
export function operandsOf<const N extends readonly string[]>(
  operands: readonly string[],
  ...names: N
): { readonly [I in keyof N]: N[I] extends `${string}?` ? string | undefined : string } {
  const least = names.filter((name) => !name.endsWith('?')).length
  if (operands.length < least || operands.length > names.length) {
    const wanted = names.map((name) => `<${name}>`).join(' ')
    const what = names.length === 0 ? 'nothing' : wanted
    const given = operands.length === 0 ? 'nothing' : JSON.stringify(operands.join(' '))
    throw errors.missingValue(`${what} is wanted, and ${given} was given; see --help`)
  }
  return names.map((_, i) => operands[i]) as never
}
