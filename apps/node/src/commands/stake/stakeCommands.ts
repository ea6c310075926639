/** `stake`: what concerns the ledger. */

import type { CommandGroup } from '@wadi/node-config/command'
import { accountCommands } from './account/accountCommands.ts'
import { info } from './info.ts'
import { list } from './list.ts'
import { pubkey2address } from './pubkey2address.ts'

/** See the top of this file. */
export const stakeCommands: CommandGroup = {
  name: 'stake',
  summary: 'show accounts and stake, and make transactions that move them',
  shared: {},
  commands: [info, list, pubkey2address, accountCommands],
}
