import { debugCalls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { withNode } from '../../connection/nodeConnection.ts'
import { unsignedOf } from '../../transaction/flagValues.ts'

const DONE = 0

/** `debug control set-epoch`: ends when the epoch has begun. */
export const setEpoch = command({
  name: 'set-epoch',
  summary: 'set mock epochtime',
  options: {
    ...connectionFlags,
    epoch: { kind: 'integer', doc: 'set epoch to given value', fallback: 0n, short: 'e' },
  },
  run({ flags }, world) {
    const epoch = unsignedOf('epoch', flags.epoch)
    return withNode(flags, world, async (node) => {
      await node.ask(debugCalls, 'DebugController/SetEpoch', epoch)
      return DONE
    })
  },
})
