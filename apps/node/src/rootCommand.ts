/** Everything that `wadi-node` can be told to do. */

import { type CommandGroup, command, lazyCommand, lazyGroup } from '@wadi/node-config/command'
import { completionCommands } from '@wadi/node-config/completion-commands'
import { configCommands } from '@wadi/node-config/config-commands'
import { helpCommand } from '@wadi/node-config/help-command'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { unsafeReset } from './commands/unsafeReset/unsafeReset.ts'
import { DONE } from './exitCodes.ts'
import type { RunCall } from './runNode.ts'
import { formatVersion } from './version.ts'

const run = command<typeof nodeFlags>({
  name: 'wadi-node',
  summary: 'run a node',
  options: nodeFlags,
  async run(call: RunCall, world) {
    if (call.flags.version) {
      world.out.write(formatVersion())
      return DONE
    }
    const { runNode } = await import('./runNode.ts')
    return await runNode(call, world)
  },
})

/** PERF: a command starts in a third of the time without what it does not need. */
const groups: readonly CommandGroup[] = [
  lazyGroup(
    { name: 'consensus', summary: 'submit transactions, show them, estimate their gas' },
    async () => (await import('./commands/consensus/consensusCommands.ts')).consensusCommands,
  ),
  lazyGroup(
    { name: 'control', summary: 'ask and tell a running node' },
    async () => (await import('./commands/control/controlCommands.ts')).controlCommands,
  ),
  lazyGroup(
    { name: 'debug', summary: 'debug utilities' },
    async () => (await import('./commands/debug/debugCommands.ts')).debugCommands,
  ),
  lazyCommand(
    { name: 'doctor', summary: 'say why a node is not in sync or not elected, and what to do' },
    async () => (await import('./commands/doctor/doctor.ts')).doctor,
  ),
  lazyGroup(
    {
      name: 'genesis',
      summary: 'make, check and write genesis documents, with which networks begin',
    },
    async () => (await import('./commands/genesis/genesisCommands.ts')).genesisCommands,
  ),
  lazyGroup(
    {
      name: 'governance',
      summary: 'show proposals and votes, and make transactions that propose and vote',
    },
    async () => (await import('./commands/governance/governanceCommands.ts')).governanceCommands,
  ),
  lazyGroup(
    { name: 'ias', summary: "Intel's attestation service for SGX hardware (not supported)" },
    async () => (await import('./commands/ias/iasCommands.ts')).iasCommands,
  ),
  lazyGroup(
    { name: 'identity', summary: 'make and show the keys of a node' },
    async () => (await import('./commands/identity/identityCommands.ts')).identityCommands,
  ),
  lazyGroup(
    {
      name: 'keymanager',
      summary: 'make policies and statuses of key managers, which keep secrets of runtimes',
    },
    async () => (await import('./commands/keymanager/keymanagerCommands.ts')).keymanagerCommands,
  ),
  lazyGroup(
    {
      name: 'registry',
      summary: 'make, register and list entities (who owns nodes), nodes and runtimes',
    },
    async () => (await import('./commands/registry/registryCommands.ts')).registryCommands,
  ),
  lazyGroup(
    { name: 'stake', summary: 'show accounts and stake, and make transactions that move them' },
    async () => (await import('./commands/stake/stakeCommands.ts')).stakeCommands,
  ),
  lazyGroup(
    { name: 'storage', summary: 'look at and shrink the databases of a node that does not run' },
    async () => (await import('./commands/storage/storageCommands.ts')).storageCommands,
  ),
  lazyGroup(
    { name: 'signer', summary: 'export the public key of an entity' },
    async () => (await import('./commands/signer/signerCommands.ts')).signerCommands,
  ),
]

/** See the top of this file. */
export const rootCommand: CommandGroup = {
  name: 'wadi-node',
  summary: 'a node of the Oasis Network, to be run in place of oasis-node',
  details: [
    'Without a command it runs a node until it is told to end (Ctrl-C). What it does is said by its',
    'configuration, a YAML file with the keys of oasis-node. Every key can be given as a flag, too, and',
    'is then stronger than the file: --metrics.mode=pull. In its data folder (common.data_dir) it keeps',
    'its keys, its blocks, and the socket internal.sock, at which the commands with --address call it.',
    'Keys of a node are files there. The key of an entity is a file, too, or with a remote signer: see',
    '--signer.backend in the help of "signer export".',
    'Exit codes: 0 it was asked to end, 1 it cannot go on, 2 what it was told makes no sense.',
  ],
  examples: [
    'wadi-node --config node.yaml',
    'wadi-node config check --config node.yaml',
    'wadi-node control status --address unix:/node/data/internal.sock',
    'wadi-node doctor --address unix:/node/data/internal.sock',
  ],
  shared: persistentFlags,
  commands: [
    completionCommands('wadi-node', () => rootCommand),
    configCommands,
    ...groups,
    helpCommand(() => rootCommand),
    unsafeReset,
  ],
  self: run,
}
