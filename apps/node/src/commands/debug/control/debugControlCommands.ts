/** `debug control`: what tests tell a node. */

import type { CommandGroup } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { setEpoch } from './setEpoch.ts'
import { waitNodes } from './waitNodes.ts'
import { waitReady } from './waitReady.ts'

/** See the top of this file. */
export const debugControlCommands: CommandGroup = {
  name: 'control',
  summary: 'tell a node of a test network',
  shared: connectionFlags,
  commands: [setEpoch, waitNodes, waitReady],
}
