/** `debug`: for tests and for a closer look. */

import type { CommandGroup } from '@wadi/node-config/command'
import { beaconCommands } from './beacon/beaconCommands.ts'
import { byzantineCommands } from './byzantine/byzantineCommands.ts'
import { debugControlCommands } from './control/debugControlCommands.ts'
import { dumpdb } from './dumpdb.ts'
import { debugStorageCommands } from './storage/debugStorageCommands.ts'
import { txsource } from './txsource/txsource.ts'

/** See the top of this file. */
export const debugCommands: CommandGroup = {
  name: 'debug',
  summary: 'debug utilities',
  shared: {},
  commands: [
    debugControlCommands,
    beaconCommands,
    byzantineCommands,
    dumpdb,
    debugStorageCommands,
    txsource,
  ],
}
