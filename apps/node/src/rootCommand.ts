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
    { name: 'consensus', summary: 'consensus backend commands' },
    async () => (await import('./commands/consensus/consensusCommands.ts')).consensusCommands,
  ),
  lazyGroup(
    { name: 'control', summary: 'node control interface utilities' },
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
    { name: 'genesis', summary: 'genesis documents' },
    async () => (await import('./commands/genesis/genesisCommands.ts')).genesisCommands,
  ),
  lazyGroup(
    { name: 'governance', summary: 'governance backend utilities' },
    async () => (await import('./commands/governance/governanceCommands.ts')).governanceCommands,
  ),
  lazyGroup(
    { name: 'ias', summary: 'IAS related utilities' },
    async () => (await import('./commands/ias/iasCommands.ts')).iasCommands,
  ),
  lazyGroup(
    { name: 'identity', summary: "a node's identity" },
    async () => (await import('./commands/identity/identityCommands.ts')).identityCommands,
  ),
  lazyGroup(
    { name: 'keymanager', summary: 'keymanager utilities' },
    async () => (await import('./commands/keymanager/keymanagerCommands.ts')).keymanagerCommands,
  ),
  lazyGroup(
    { name: 'registry', summary: 'entities, nodes and runtimes' },
    async () => (await import('./commands/registry/registryCommands.ts')).registryCommands,
  ),
  lazyGroup(
    { name: 'stake', summary: 'staking backend utilities' },
    async () => (await import('./commands/stake/stakeCommands.ts')).stakeCommands,
  ),
  lazyGroup(
    { name: 'storage', summary: 'storage node utilities' },
    async () => (await import('./commands/storage/storageCommands.ts')).storageCommands,
  ),
  lazyGroup(
    { name: 'signer', summary: 'signer backend utilities' },
    async () => (await import('./commands/signer/signerCommands.ts')).signerCommands,
  ),
]

/** See the top of this file. */
export const rootCommand: CommandGroup = {
  name: 'wadi-node',
  summary: 'a node of the Oasis Network',
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
