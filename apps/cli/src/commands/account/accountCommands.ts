/** `wadi account`: the accounts that are kept here. */

import type { CommandGroup } from '@wadi/node-config/command'
import { create } from './create.ts'
import { exportAccount } from './exportAccount.ts'
import { importAccount } from './importAccount.ts'
import { list } from './list.ts'
import { remove } from './remove.ts'
import { show } from './show.ts'

/** See the top of this file. */
export const accountCommands: CommandGroup = {
  name: 'account',
  summary: 'make, take in and look at accounts',
  shared: {},
  commands: [create, importAccount, list, show, exportAccount, remove],
}
