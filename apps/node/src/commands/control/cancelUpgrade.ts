import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { onlyOperand } from '../transaction/operand.ts'
import { readAnyUpgrade } from '../transaction/upgradeFile.ts'

const DONE = 0

/**
 * `control cancel-upgrade`.
 * COMPAT(oasis-core): what it calls the name of an upgrade is the file of its descriptor.
 */
export const cancelUpgrade = command({
  name: 'cancel-upgrade',
  summary: 'take an upgrade descriptor back, unless the upgrade has begun',
  examples: ['wadi-node control cancel-upgrade descriptor.json'],
  operands: '<upgrade-descriptor>',
  options: connectionFlags,
  run({ flags, operands }, world) {
    const descriptor = readAnyUpgrade(onlyOperand(operands, 'the file of an upgrade descriptor'))
    return withNode(flags, world, async (node) => {
      await node.ask(calls, 'NodeController/CancelUpgrade', descriptor)
      return DONE
    })
  },
})
