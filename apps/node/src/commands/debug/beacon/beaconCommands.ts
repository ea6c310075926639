/** `debug beacon`: a look at the randomness of the network. */

import type { CommandGroup } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { status } from './status.ts'

/** See the top of this file. */
export const beaconCommands: CommandGroup = {
  name: 'beacon',
  summary: 'look at the source of randomness',
  shared: connectionFlags,
  commands: [status],
}
