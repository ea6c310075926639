/** `wadi allowance`: letting others withdraw, and withdrawing. */

import type { CommandGroup } from '@wadi/node-config/command'
import { changeCommand } from './changeCommand.ts'
import { list } from './list.ts'
import { withdraw } from './withdraw.ts'

const raise = changeCommand({
  name: 'raise',
  summary: 'let an account withdraw more from yours',
  example: 'wadi allowance raise 10 oasis1qrad7…',
  title: 'Allow more',
  negative: false,
})

const lower = changeCommand({
  name: 'lower',
  summary: 'let an account withdraw less from yours',
  example: 'wadi allowance lower 10 oasis1qrad7…',
  title: 'Allow less',
  negative: true,
})

/** See the top of this file. */
export const allowanceCommands: CommandGroup = {
  name: 'allowance',
  summary: 'let another account withdraw from yours, and withdraw',
  shared: {},
  commands: [list, raise, lower, withdraw],
}
