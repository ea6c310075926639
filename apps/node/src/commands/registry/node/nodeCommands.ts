/** `registry node`: who serves the network. */

import { toBase64 } from '@wadi/base/bytes'
import { calls } from '@wadi/consensus/registry/api'
import type { CommandGroup } from '@wadi/node-config/command'
import { Node } from '@wadi/primitives/node'
import { listCommand } from '../listCommand.ts'
import { init } from './init.ts'
import { isRegistered } from './isRegistered.ts'

const list = listCommand({
  summary: 'list the nodes that are registered',
  details: ['A line has the public key of a node; with -v it is the whole descriptor, in JSON.'],
  examples: ['wadi-node registry node list -v -a unix:/node/data/internal.sock'],
  schema: Node,
  options: {},
  ask: (node) => node.ask(calls, 'Registry/GetNodes', 0n),
  titleOf: ({ id }) => toBase64(id),
})

/** See the top of this file. */
export const nodeCommands: CommandGroup = {
  name: 'node',
  summary: 'nodes and their descriptors',
  details: [
    'A node that runs registers itself, and again before a registration ends. What is here is for',
    'networks that begin with nodes, and to look at those of a network.',
  ],
  shared: {},
  commands: [init, list, isRegistered],
}
