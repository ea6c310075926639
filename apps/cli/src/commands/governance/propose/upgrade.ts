import { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { operandsOf } from '../../../command/operands.ts'
import { proposeCommand } from './proposeCommand.ts'
import { readJson } from './readJson.ts'

/** `wadi governance propose upgrade`. */
export const upgrade = proposeCommand({
  name: 'upgrade',
  summary: 'propose an upgrade: from an epoch on nodes run another version of the rules',
  details: [
    'The file has the descriptor of the upgrade, in JSON, as "wadi-node control upgrade-binary"',
    'takes it: v, handler, target (versions of the protocols) and epoch.',
  ],
  examples: ['wadi governance propose upgrade descriptor.json --title "Upgrade 26.2"'],
  operands: '<file of the descriptor>',
  content(operands) {
    const [path] = operandsOf(operands, 'file of the descriptor')
    return { upgrade: readJson(UpgradeDescriptor, path, 'a descriptor of an upgrade, in JSON') }
  },
})
