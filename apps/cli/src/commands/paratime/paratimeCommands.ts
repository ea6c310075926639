/** `wadi paratime`: what runs beside the consensus layer, and accounts there. */

import type { CommandGroup } from '@wadi/node-config/command'
import { balance } from './balance.ts'
import { delegate } from './delegate.ts'
import { deposit } from './deposit.ts'
import { list } from './list.ts'
import { newParatime } from './newParatime.ts'
import { run } from './run.ts'
import { transfer } from './transfer.ts'
import { undelegate } from './undelegate.ts'
import { withdraw } from './withdraw.ts'

/** See the top of this file. */
export const paratimeCommands: CommandGroup = {
  name: 'paratime',
  summary: 'look at ParaTimes, use them, and make one of your own',
  details: [
    'ParaTimes are programs with a ledger of their own, which committees of nodes run. The node that',
    'is asked has to run or to follow the ParaTime.',
  ],
  examples: [
    'wadi paratime list',
    'wadi paratime deposit accounts 10 --account test:0',
    'wadi paratime transfer accounts 2.5 test:1 --account test:0',
    'wadi paratime withdraw accounts 1 --account test:1',
    'wadi paratime new my-notes',
  ],
  shared: {},
  commands: [balance, delegate, deposit, list, newParatime, run, transfer, undelegate, withdraw],
}
