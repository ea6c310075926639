import { UnavailableError } from '@wadi/base/errors'
import { type Call, command } from '@wadi/node-config/command'
import { networkFlags } from '../networkFlags.ts'
import { listSnapshots, restoreNetwork, snapshotNetwork } from '../rewindNetwork.ts'
import { stoppedNetwork } from './stoppedNetwork.ts'

const DONE = 0

function nameOf({ operands: [name] }: Pick<Call<typeof networkFlags>, 'operands'>): string {
  if (name === undefined)
    throw new UnavailableError('localnet.usage', 'the name of the snapshot is missing')
  return name
}

/** Keeps a copy of the network. */
export const snapshot = command<typeof networkFlags>({
  name: 'snapshot',
  summary: 'keep a copy of the network that does not run, or list the copies',
  operands: '[name]',
  options: networkFlags,
  async run(call, { out }) {
    const files = await stoppedNetwork(call.flags.folder)
    if (call.operands.length === 0) {
      for (const name of listSnapshots(files.folder)) out.write(`${name}\n`)
      return DONE
    }
    const name = nameOf(call)
    snapshotNetwork(files, name)
    out.write(`kept as ${name}; restore ${name} takes the network back to it\n`)
    return DONE
  },
})

/** Takes the network back to a copy. */
export const restore = command<typeof networkFlags>({
  name: 'restore',
  summary: 'take the network that does not run back to a copy',
  operands: '<name>',
  options: networkFlags,
  async run(call, { out }) {
    const files = await stoppedNetwork(call.flags.folder)
    const name = nameOf(call)
    restoreNetwork(files, name)
    out.write(`the network is as it was in ${name}\n`)
    return DONE
  },
})
