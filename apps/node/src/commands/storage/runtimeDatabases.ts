/** Commands about databases of runtimes: this node has none before it hosts runtimes. */

import { type AnyCommand, command, type Flags } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { errors } from '../transaction/commandErrors.ts'
import { runtimeIdOf } from '../transaction/flagValues.ts'

/** A command that comes with runtimes. */
export interface RuntimeCommand {
  readonly name: string
  readonly summary: string
  readonly examples?: readonly string[]
  readonly operands?: string
  readonly options?: Flags
  /** How many runtimes it is told of. */
  readonly count?: (count: number) => boolean
}

/** Declares a command that looks at what it is told, and refuses. */
export function runtimeCommand(declared: RuntimeCommand): AnyCommand {
  const { name, summary, examples, operands: word, options, count = () => true } = declared
  return command<Flags>({
    name,
    summary,
    ...(examples && { examples }),
    ...(word !== undefined && { operands: word }),
    options: { ...persistentFlags, ...options },
    run({ operands }) {
      if (!count(operands.length)) throw errors.missingValue(`${name} takes ${word}; give them`)
      for (const id of operands) runtimeIdOf('the runtime', id)
      throw errors.unsupported(
        `${name} is about databases of runtimes, and this node has none: it hosts no runtimes yet; run oasis-node for a node that does`,
      )
    },
  })
}

/** `storage check`. */
export const check = runtimeCommand({
  name: 'check',
  summary: 'check databases of runtimes (not supported yet)',
  examples: [
    'wadi-node storage check 000000000000000000000000000000000000000000000000e199119c992377cb',
  ],
  operands: '<runtime...>',
  count: (count) => count >= 1,
})

/** `storage migrate`. */
export const migrate = runtimeCommand({
  name: 'migrate',
  summary: 'bring databases of runtimes to this version (not supported yet)',
  examples: [
    'wadi-node storage migrate 000000000000000000000000000000000000000000000000e199119c992377cb',
  ],
  operands: '<runtime...>',
  count: (count) => count >= 1,
})

/** `storage rename-ns`. */
export const renameNs = runtimeCommand({
  name: 'rename-ns',
  summary: 'rename the database of a runtime (not supported yet)',
  examples: [
    'wadi-node storage rename-ns 000000000000000000000000000000000000000000000000e199119c992377cb 000000000000000000000000000000000000000000000000e199119c992377cc',
  ],
  operands: '<src-ns> <dst-ns>',
  count: (count) => count === 2,
})
