/** Everything that `wadi` can be told to do. Groups are loaded when they are named. */

import { type CommandGroup, lazyGroup } from '@wadi/node-config/command'
import { wadiFlags } from './command/wadiCommand.ts'
import { balance } from './commands/balance.ts'
import { block } from './commands/block.ts'
import { completionCommand } from './commands/completion.ts'
import { helpCommand } from './commands/help.ts'
import { network } from './commands/network.ts'
import { status } from './commands/status.ts'
import { transaction } from './commands/transaction.ts'
import { transfer } from './commands/transfer.ts'
import { validators } from './commands/validators.ts'

/** See the top of this file. */
export const wadiCommands: CommandGroup = {
  name: 'wadi',
  summary: 'the Oasis Network for people: accounts, tokens, votes, blocks',
  shared: wadiFlags,
  commands: [
    lazyGroup(
      { name: 'account', summary: 'make, take in and look at accounts' },
      async () => (await import('./commands/account/accountCommands.ts')).accountCommands,
    ),
    lazyGroup(
      { name: 'allowance', summary: 'let others withdraw, and withdraw' },
      async () => (await import('./commands/allowance/allowanceCommands.ts')).allowanceCommands,
    ),
    lazyGroup(
      { name: 'governance', summary: 'propose and vote' },
      async () => (await import('./commands/governance/governanceCommands.ts')).governanceCommands,
    ),
    lazyGroup(
      { name: 'stake', summary: 'delegate to validators, and take back' },
      async () => (await import('./commands/stake/stakeCommands.ts')).stakeCommands,
    ),
    balance,
    block,
    completionCommand(() => wadiCommands),
    helpCommand(() => wadiCommands),
    network,
    status,
    transaction,
    transfer,
    validators,
  ],
}
