/** Everything that `wadi` can be told to do. Commands are loaded when they are named. */

import { type CommandGroup, lazyCommand, lazyGroup } from '@wadi/node-config/command'
import { completionCommands } from '@wadi/node-config/completion-commands'
import { helpCommand } from '@wadi/node-config/help-command'
import { hiddenFlags } from './command/wadiFlags.ts'

/** See the top of this file. */
export const wadiCommands: CommandGroup = {
  name: 'wadi',
  summary: 'the Oasis Network for people: accounts, tokens, votes, blocks',
  details: [
    'It asks a node: the one that --node names, or WADI_NODE, or the settings; or else that of the',
    'local network, which "wadi localnet" (or npm start) runs on this machine, with accounts',
    'test:0 to test:9 that have tokens. Settings are in ~/.config/wadi/config.yml: node, account',
    '(whose it is unless --account or WADI_ACCOUNT says so), and chain_context (then nothing is',
    'signed for another network). --verify wants chain_context, trust (<height>:<hash> of a block',
    'that somebody trusted has named) and witnesses (other nodes, with commas between).',
    '--output json is for programs.',
    'Exit codes: 0 done, 1 not done, 2 what was asked makes no sense.',
  ],
  examples: [
    'wadi localnet                            # in another terminal',
    'wadi balance test:0',
    'wadi account create alice',
    'wadi transfer 25 alice --account test:0',
    'wadi validators --output json',
  ],
  shared: hiddenFlags,
  commands: [
    lazyGroup(
      { name: 'account', summary: 'make, take in and look at accounts' },
      async () => (await import('./commands/account/accountCommands.ts')).accountCommands,
    ),
    lazyGroup(
      { name: 'allowance', summary: 'let another account withdraw from yours, and withdraw' },
      async () => (await import('./commands/allowance/allowanceCommands.ts')).allowanceCommands,
    ),
    lazyCommand(
      { name: 'balance', summary: 'show what an account has' },
      async () => (await import('./commands/balance.ts')).balance,
    ),
    lazyCommand(
      { name: 'block', summary: 'show what is in a block, in words' },
      async () => (await import('./commands/block.ts')).block,
    ),
    lazyCommand(
      {
        name: 'committee-size',
        summary: 'compute how many nodes have to execute the same, by how they find out who lies',
      },
      async () => (await import('./commands/committeeSize.ts')).committeeSizes,
    ),
    completionCommands('wadi', () => wadiCommands),
    lazyGroup(
      { name: 'governance', summary: 'propose and vote' },
      async () => (await import('./commands/governance/governanceCommands.ts')).governanceCommands,
    ),
    helpCommand(() => wadiCommands),
    lazyGroup(
      { name: 'localnet', summary: 'a network of validators on this machine' },
      async () => (await import('@wadi/localnet/commands')).localnetCommands,
    ),
    lazyCommand(
      { name: 'network', summary: 'show which network it is, through which node, and its token' },
      async () => (await import('./commands/network.ts')).network,
    ),
    lazyGroup(
      {
        name: 'paratime',
        summary: 'look at ParaTimes, use them, and make one of your own',
      },
      async () => (await import('./commands/paratime/paratimeCommands.ts')).paratimeCommands,
    ),
    lazyCommand(
      {
        name: 'round',
        summary: 'tell the story of a round of a ParaTime: who proposed, who disagreed, who paid',
      },
      async () => (await import('./commands/round.ts')).round,
    ),
    lazyGroup(
      { name: 'stake', summary: 'delegate to validators, and take back' },
      async () => (await import('./commands/stake/stakeCommands.ts')).stakeCommands,
    ),
    lazyCommand(
      { name: 'status', summary: 'show how the node is: its last block, its epoch, its peers' },
      async () => (await import('./commands/status.ts')).status,
    ),
    lazyCommand(
      { name: 'transaction', summary: 'show what a transaction does, and what became of it' },
      async () => (await import('./commands/transaction.ts')).transaction,
    ),
    lazyCommand(
      { name: 'transfer', summary: 'send tokens to an account' },
      async () => (await import('./commands/transfer.ts')).transfer,
    ),
    lazyCommand(
      {
        name: 'validators',
        summary: 'list who decides about blocks, and what they keep of rewards',
      },
      async () => (await import('./commands/validators.ts')).validators,
    ),
    lazyCommand(
      { name: 'version', summary: 'say which version this is, and of which network' },
      async () => (await import('./commands/version.ts')).version,
    ),
  ],
}
