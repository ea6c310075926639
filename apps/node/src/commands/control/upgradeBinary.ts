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
  summary: 'submit an upgrade descriptor to the node and request shutdown',
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
