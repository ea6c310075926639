import { UnavailableError } from '@wadi/base/errors'
import type { Call } from '@wadi/node-config/command'
import { networkFlags } from '../networkFlags.ts'
import { listSnapshots, restoreNetwork, snapshotNetwork } from '../networkSnapshots.ts'
import { answer, networkCommand } from './answer.ts'
import { withStoppedNetwork } from './stoppedNetwork.ts'

const DONE = 0

function nameOf({ operands: [name] }: Pick<Call<typeof networkFlags>, 'operands'>): string {
  if (name === undefined)
    throw new UnavailableError('usage.localnet', 'the name of the snapshot is missing')
  return name
}

/** Keeps a copy of the network. */
export const snapshot = networkCommand<typeof networkFlags>({
  name: 'snapshot',
  summary: 'keep a copy of the network, while it does not run, or list the copies',
  details: ['Without [name] it lists the copies that there are.'],
  examples: ['wadi localnet snapshot before', 'wadi localnet snapshot'],
  operands: '[name]',
  options: networkFlags,
  async run(call, world) {
    const { flags } = call
    if (call.operands.length === 0) {
      const snapshots = await withStoppedNetwork(flags.folder, ({ folder }) =>
        listSnapshots(folder),
      )
      answer(flags, world, { json: { snapshots }, lines: snapshots })
      return DONE
    }
    const name = nameOf(call)
    await withStoppedNetwork(flags.folder, (files) => snapshotNetwork(files, name))
    const line = `kept as ${name}; restore ${name} takes the network back to it`
    answer(flags, world, { json: { snapshot: name }, lines: [line] })
    return DONE
  },
})

/** Takes the network back to a copy. */
export const restore = networkCommand<typeof networkFlags>({
  name: 'restore',
  summary: 'take the network back to a copy, while it does not run',
  details: [
    'What came since then is forgotten, and so is a network that has begun since then. <name> is one',
    'that "snapshot" has kept.',
  ],
  examples: ['wadi localnet restore before'],
  operands: '<name>',
  options: networkFlags,
  async run(call, world) {
    const { flags } = call
    const name = nameOf(call)
    await withStoppedNetwork(flags.folder, (files) => restoreNetwork(files, name))
    const line = `the network is as it was in ${name}`
    answer(flags, world, { json: { restored: name }, lines: [line] })
    return DONE
  },
})
