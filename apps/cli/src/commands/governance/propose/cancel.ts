import { operandsOf } from '../../../command/operands.ts'
import { parseProposalId } from '../../../words/numbers.ts'
import { proposeCommand } from './proposeCommand.ts'

/** `wadi governance propose cancel`. */
export const cancel = proposeCommand({
  name: 'cancel',
  summary: 'propose that an upgrade which passed is not done',
  operands: '<id of its proposal>',
  content(operands) {
    const [id] = operandsOf(operands, 'id of its proposal')
    return { cancelUpgrade: { proposalId: parseProposalId(id) } }
  },
})
