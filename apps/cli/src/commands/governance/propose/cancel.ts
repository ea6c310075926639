import { operandsOf } from '../../../command/operands.ts'
import { parseProposalId } from '../../../words/numbers.ts'
import { proposeCommand } from './proposeCommand.ts'

/** `wadi governance propose cancel`. */
export const cancel = proposeCommand({
  name: 'cancel',
  summary: 'propose that an upgrade which passed is cancelled',
  operands: '<id of its proposal>',
  examples: ['wadi governance propose cancel 1 --title "Not yet"'],
  content(operands) {
    const [id] = operandsOf(operands, 'id of its proposal')
    return { cancelUpgrade: { proposalId: parseProposalId(id) } }
  },
})
