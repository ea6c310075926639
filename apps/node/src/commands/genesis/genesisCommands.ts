/** `genesis`: with what a network begins. */

import type { CommandGroup } from '@wadi/node-config/command'
import { check } from './check.ts'
import { dump } from './dump.ts'
import { init } from './init.ts'
import { migrate } from './migrate.ts'

/** See the top of this file. */
export const genesisCommands: CommandGroup = {
  name: 'genesis',
  summary: 'make, check and write genesis documents, with which networks begin',
  shared: {},
  commands: [check, dump, init, migrate],
}
