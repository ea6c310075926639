/** From the words of a command line to an exit code. */

import { type CodedError, isTold, type UnavailableError } from '@wadi/base/errors'
import { describeConfigError } from '../loadConfig.ts'
import type { CommandGroup, CommandWorld } from './command.ts'
import { formatHelp } from './help.ts'
import { parseArguments } from './parseArguments.ts'

const DONE = 0
const FAILED = 1

/** The world, and what the program says about itself. */
export interface ProgramWorld extends CommandWorld {
  /** Keys of the configuration: flags, too. */
  readonly keys?: readonly string[]
  /** The exit code for what cannot be done; 1 unless told otherwise. */
  readonly exitCodeOf?: (error: CodedError | UnavailableError) => number
}

/** Loads the groups that the words may name. */
async function loadNamed(root: CommandGroup, args: readonly string[]): Promise<CommandGroup> {
  const commands = await Promise.all(
    root.commands.map(async (one) => {
      const isNamed = 'load' in one && args.includes(one.name)
      return (isNamed && (await one.load?.())) || one
    }),
  )
  return { ...root, commands }
}

/** Runs what the words name; says in a sentence what cannot be done. */
export async function runCommandLine(
  root: CommandGroup,
  args: readonly string[],
  world: ProgramWorld,
): Promise<number> {
  try {
    const loaded = await loadNamed(root, args)
    const request = parseArguments(loaded, args, world.keys)
    if (request.kind === 'run') return await request.command.run(request.call, world)
    world.out.write(formatHelp(request.path, request.command))
    return DONE
  } catch (error) {
    if (!isTold(error)) throw error
    world.err.write(`Error: ${describeConfigError(error)}\n`)
    return world.exitCodeOf?.(error) ?? FAILED
  }
}
