import { resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { type CommandGroup, command } from '@wadi/node-config/command'
import { connectNetwork } from '../createNetwork.ts'
import { networkFlags } from '../networkFlags.ts'
import { nextEpoch } from '../nextEpoch.ts'
import { processOf } from '../runMark.ts'
import { answer, wantsJson } from './answer.ts'

const DONE = 0

const next = command<typeof networkFlags>({
  name: 'next',
  summary: 'begin the next epoch now',
  options: networkFlags,
  async run({ flags }, world) {
    wantsJson(flags)
    const folder = resolve(flags.folder)
    if (processOf(folder) === undefined)
      throw new UnavailableError('localnet.usage', `no network runs in ${folder}; start it first`)
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
  summary: 'epochs of the network that runs',
  shared: {},
  commands: [next],
}
