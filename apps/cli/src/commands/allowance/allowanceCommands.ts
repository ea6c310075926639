/** `wadi allowance`: letting others withdraw, and withdrawing. */

import type { CommandGroup } from '@wadi/node-config/command'
import { changeCommand } from './changeCommand.ts'
import { list } from './list.ts'
import { withdraw } from './withdraw.ts'

const raise = changeCommand({
  name: 'raise',
  summary: 'let somebody withdraw more',
  title: 'Allow more',
  negative: false,
})

const lower = changeCommand({
  name: 'lower',
  summary: 'let somebody withdraw less',
  title: 'Allow less',
  negative: true,
})

/** See the top of this file. */
export const allowanceCommands: CommandGroup = {
  name: 'allowance',
  summary: 'let others withdraw, and withdraw',
  shared: {},
  commands: [list, raise, lower, withdraw],
}
