/** `registry`: entities, nodes and runtimes. */

import type { CommandGroup } from '@wadi/node-config/command'
import { entityCommands } from './entity/entityCommands.ts'
import { nodeCommands } from './node/nodeCommands.ts'
import { runtimeCommands } from './runtime/runtimeCommands.ts'

/** See the top of this file. */
export const registryCommands: CommandGroup = {
  name: 'registry',
  summary: 'make, register and list entities (who owns nodes), nodes and runtimes',
  details: [
    'An entity owns nodes, and answers for them with its stake. A node is a machine that serves the',
    'network. A runtime (a ParaTime) is a program that nodes run for others. The network knows each',
    'of them by its descriptor, which its owner signs.',
    'Who begins a network makes the entities first ("registry entity init"), then their nodes',
    '("registry node init"), has the entities vouch for them ("registry entity update"), and puts',
    'all into a genesis document ("genesis init").',
  ],
  shared: {},
  commands: [entityCommands, nodeCommands, runtimeCommands],
}
