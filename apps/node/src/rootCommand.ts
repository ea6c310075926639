/** Everything that `wadi-node` can be told to do. */

import { type CommandGroup, command } from '@wadi/node-config/command'
import { configCommands } from '@wadi/node-config/config-commands'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { DONE } from './exitCodes.ts'
import type { RunCall } from './runNode.ts'
import { formatVersion } from './version.ts'

const run = command<typeof nodeFlags>({
  name: 'wadi-node',
  summary: 'run a node',
  options: nodeFlags,
  async run(call: RunCall, world) {
    if (call.flags.version) {
      world.out.write(formatVersion())
      return DONE
    }
    // PERF: a command that needs no engine starts in a third of the time.
    const { runNode } = await import('./runNode.ts')
    return await runNode(call, world)
  },
})

/** See the top of this file. */
export const rootCommand: CommandGroup = {
  name: 'wadi-node',
  summary: 'a node of the Oasis Network',
  shared: persistentFlags,
  commands: [configCommands],
  self: run,
}
