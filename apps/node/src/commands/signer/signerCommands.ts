/** `signer`: keys of entities. */

import type { CommandGroup } from '@wadi/node-config/command'
import { exportEntity } from './exportEntity.ts'

/** See the top of this file. */
export const signerCommands: CommandGroup = {
  name: 'signer',
  summary: 'export the public key of an entity',
  shared: {},
  commands: [exportEntity],
}
