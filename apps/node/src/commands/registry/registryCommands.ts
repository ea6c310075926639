/** `registry`: entities, nodes and runtimes. */

import type { CommandGroup } from '@wadi/node-config/command'
import { entityCommands } from './entity/entityCommands.ts'
import { nodeCommands } from './node/nodeCommands.ts'
import { runtimeCommands } from './runtime/runtimeCommands.ts'

/** See the top of this file. */
export const registryCommands: CommandGroup = {
  name: 'registry',
  summary: 'make, register and list entities (who owns nodes), nodes and runtimes',
  shared: {},
  commands: [entityCommands, nodeCommands, runtimeCommands],
}
