/** `wadi stake`: delegating, and taking back. */

import type { CommandGroup } from '@wadi/node-config/command'
import { delegate } from './delegate.ts'
import { list } from './list.ts'
import { undelegate } from './undelegate.ts'

/** See the top of this file. */
export const stakeCommands: CommandGroup = {
  name: 'stake',
  summary: 'delegate to validators, and take back',
  details: [
    'Tokens that are delegated earn rewards, and are lost in part if the validator breaks the rules.',
    'They come back some epochs after they were asked for.',
  ],
  shared: {},
  commands: [delegate, undelegate, list],
}
