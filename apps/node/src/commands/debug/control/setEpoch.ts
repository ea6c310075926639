import { debugCalls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { withNode } from '../../connection/nodeConnection.ts'
import { unsignedOf } from '../../transaction/flagValues.ts'

const DONE = 0

/** `debug control set-epoch`: ends when the epoch has begun. */
export const setEpoch = command({
  name: 'set-epoch',
  summary: 'begin an epoch, where epochs begin when somebody says so',
  options: {
    ...connectionFlags,
    epoch: { kind: 'integer', doc: 'number of the epoch that begins', fallback: 0n, short: 'e' },
  },
  run({ flags }, world) {
    const epoch = unsignedOf('epoch', flags.epoch)
    return withNode(flags, world, async (node) => {
      await node.ask(debugCalls, 'DebugController/SetEpoch', epoch)
      return DONE
    })
  },
})
