import { resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import type { CommandGroup } from '@wadi/node-config/command'
import { connectNetwork } from '../createNetwork.ts'
import { processOf } from '../folderHold.ts'
import { networkFlags } from '../networkFlags.ts'
import { nextEpoch } from '../nextEpoch.ts'
import { answer, networkCommand } from './answer.ts'

const DONE = 0

const next = networkCommand<typeof networkFlags>({
  name: 'next',
  summary: 'begin the next epoch now',
  details: [
    'Validators are elected, rewards paid and what was undelegated comes back when an epoch begins. It',
    'is waited for until every node has registered for it.',
  ],
  examples: ['wadi localnet epoch next'],
  options: networkFlags,
  async run({ flags }, world) {
    const folder = resolve(flags.folder)
    if (processOf(folder) === undefined)
      throw new UnavailableError('localnet.state', `no network runs in ${folder}; start it first`)
    const { nodes, close } = await connectNetwork(folder)
    try {
      const epoch = await nextEpoch(nodes[0]!)
      answer(flags, world, { json: { epoch }, lines: [`epoch ${epoch} has begun`] })
    } finally {
      close()
    }
    return DONE
  },
})

/** About the epochs of a network that runs. */
export const epochCommands: CommandGroup = {
  name: 'epoch',
  summary: 'begin epochs of the network that runs',
  shared: {},
  commands: [next],
}
