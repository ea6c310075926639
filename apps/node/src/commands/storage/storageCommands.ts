/** `storage`: the databases of a node that does not run. */

import type { CommandGroup } from '@wadi/node-config/command'
import { check } from './check.ts'
import { compact } from './compact.ts'
import { inspect } from './inspect.ts'
import { migrate } from './migrate.ts'
import { prune } from './prune.ts'
import { renameNs } from './renameNs.ts'

/** See the top of this file. */
export const storageCommands: CommandGroup = {
  name: 'storage',
  summary: 'look at and shrink the databases of a node that does not run',
  shared: {},
  commands: [check, compact, inspect, migrate, prune, renameNs],
}
