import { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { operandsOf } from '../../../command/operands.ts'
import { proposeCommand } from './proposeCommand.ts'
import { readJson } from './readJson.ts'

/** `wadi governance propose upgrade`. */
export const upgrade = proposeCommand({
  name: 'upgrade',
  summary: 'propose that the network does something else from an epoch on',
  operands: '<file of the descriptor>',
  content(operands) {
    const [path] = operandsOf(operands, 'file of the descriptor')
    return { upgrade: readJson(UpgradeDescriptor, path, 'a descriptor of an upgrade, in JSON') }
  },
})
