/** Runs commands as the program does, and hears what they say. */

import type { CommandGroup } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { exitCodeOf } from '../../exitCodes.ts'

/** How a command ended, and what it said. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the words in a program that has this group. */
export async function runWords(group: CommandGroup, ...words: readonly string[]): Promise<Ran> {
  const said = { out: '', err: '' }
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text
    },
  })
  const root = { name: 'wadi-node', summary: 'a node', shared: persistentFlags, commands: [group] }
  const world = { environment: {}, out: stream('out'), err: stream('err'), exitCodeOf }
  const code = await runCommandLine(root, [group.name, ...words], world)
  return { code, ...said }
}
