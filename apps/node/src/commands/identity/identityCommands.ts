/** `identity`: the keys of a node. */

import type { CommandGroup } from '@wadi/node-config/command'
import { cometbftCommands } from './cometbft/cometbftCommands.ts'
import { dataFolderFlag } from './dataFolder.ts'
import { init } from './init.ts'
import { showAddress } from './showAddress.ts'
import { showSentryClientPubkey, showTlsPubkey } from './showKeys.ts'

/** See the top of this file. */
export const identityCommands: CommandGroup = {
  name: 'identity',
  summary: 'make and show the keys of a node',
  shared: dataFolderFlag,
  commands: [cometbftCommands, init, showAddress, showSentryClientPubkey, showTlsPubkey],
}
