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
  details: [
    'An account is a key on this machine, kept in a file under a password (~/.config/wadi). From the',
    'key follows its address, oasis1…, by which others send to it. What an account has is said by',
    '"wadi balance". In scripts, WADI_PASSWORD_FILE names a file with the password.',
  ],
  shared: {},
  commands: [create, importAccount, list, show, exportAccount, remove],
}
