import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { onlyOperand } from '../transaction/operand.ts'
import { readUpgrade } from '../transaction/upgradeFile.ts'

const DONE = 0

/** `control upgrade-binary`. */
export const upgradeBinary = command({
  name: 'upgrade-binary',
  summary: 'give the node an upgrade descriptor, for which it ends at its epoch',
  details: [
    'The file has the descriptor in JSON: v, handler, target (versions of the protocols) and epoch.',
  ],
  examples: ['wadi-node control upgrade-binary descriptor.json'],
  operands: '<upgrade-descriptor>',
  options: connectionFlags,
  run({ flags, operands }, world) {
    const descriptor = readUpgrade(onlyOperand(operands, 'the file of an upgrade descriptor'))
    return withNode(flags, world, async (node) => {
      await node.ask(calls, 'NodeController/UpgradeBinary', descriptor)
      return DONE
    })
  },
})
