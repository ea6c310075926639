/** `keymanager`: policies of key managers, and what the genesis document says of them. */

import type { CommandGroup } from '@wadi/node-config/command'
import { genUpdate } from './genUpdate.ts'
import { initPolicy } from './initPolicy.ts'
import { initStatus } from './initStatus.ts'
import { signPolicy } from './signPolicy.ts'
import { verifyPolicy } from './verifyPolicy.ts'

/** See the top of this file. */
export const keymanagerCommands: CommandGroup = {
  name: 'keymanager',
  summary: 'make policies and statuses of key managers, which keep secrets of runtimes',
  shared: {},
  commands: [initPolicy, signPolicy, verifyPolicy, initStatus, genUpdate],
}
