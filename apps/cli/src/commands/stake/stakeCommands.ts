/** `wadi stake`: delegating, and taking back. */

import type { CommandGroup } from '@wadi/node-config/command'
import { delegate } from './delegate.ts'
import { list } from './list.ts'
import { undelegate } from './undelegate.ts'

/** See the top of this file. */
export const stakeCommands: CommandGroup = {
  name: 'stake',
  summary: 'delegate to validators, and take back',
  shared: {},
  commands: [delegate, undelegate, list],
}
