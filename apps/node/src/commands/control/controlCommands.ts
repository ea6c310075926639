/** `control`: what an operator asks and tells a node. */

import type { CommandGroup } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { addBundle } from './addBundle.ts'
import { cancelUpgrade } from './cancelUpgrade.ts'
import { clearDeregister } from './clearDeregister.ts'
import { isSynced } from './isSynced.ts'
import { runtimeStats } from './runtimeStats.ts'
import { shutdown } from './shutdown.ts'
import { status } from './status.ts'
import { upgradeBinary } from './upgradeBinary.ts'
import { waitSync } from './waitSync.ts'

/** See the top of this file. */
export const controlCommands: CommandGroup = {
  name: 'control',
  summary: 'ask and tell a running node',
  shared: connectionFlags,
  commands: [
    isSynced,
    waitSync,
    shutdown,
    clearDeregister,
    upgradeBinary,
    cancelUpgrade,
    status,
    addBundle,
    runtimeStats,
  ],
}
