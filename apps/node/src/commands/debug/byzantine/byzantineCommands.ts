/** `debug byzantine`: nodes that are not honest, for tests of those that are. */

import type { CommandGroup } from '@wadi/node-config/command'
import { byzantineFlags } from './byzantineFlags.ts'
import { executor } from './executor.ts'
import { vrfBeacon } from './vrfBeacon.ts'

/** See the top of this file. */
export const byzantineCommands: CommandGroup = {
  name: 'byzantine',
  summary: 'run a node that does not do as it should, for tests',
  details: ['For tests of networks: never for one that means something to anybody.'],
  shared: byzantineFlags,
  commands: [executor, vrfBeacon],
}
