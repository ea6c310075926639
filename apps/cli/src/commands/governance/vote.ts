import { Vote } from '@wadi/consensus/governance'
import { ZERO } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { operandsOf } from '../../command/operands.ts'
import { errors } from '../../errors.ts'
import { LAST } from '../../network/withNetwork.ts'
import { sendCommand } from '../../sending/sendCommand.ts'
import { parseProposalId } from '../../words/numbers.ts'
import { contentText } from './proposalView.ts'

const NAMES = Object.keys(Vote.names).join(', ')

function voteOf(text: string): Vote {
  const vote = Object.entries(Vote.names).find(([name]) => name === text)?.[1]
  if (vote !== undefined) return vote
  throw errors.badValue(`${JSON.stringify(text)} is no vote; give one of ${NAMES}`)
}

/** `wadi governance vote`. */
export const vote = sendCommand({
  name: 'vote',
  summary: 'vote on a proposal',
  details: ['<id> is its number in "wadi governance proposals".'],
  examples: ['wadi governance vote 1 yes --account alice'],
  operands: '<id> <yes, no or abstain>',
  options: {},
  async order({ operands }, { network }) {
    const [number, text] = operandsOf(operands, 'id', 'yes, no or abstain')
    const id = parseProposalId(number)
    const chosen = voteOf(text)
    const proposal = await network.client.governance.proposal({ height: LAST, id })
    return {
      call: methodCall('governance.CastVote', { id, vote: chosen }),
      spends: ZERO,
      facts: [
        ['Vote', text],
        ['On', `proposal ${id}: ${contentText(proposal)}`],
      ],
      json: { proposal_id: id, vote: text },
    }
  },
})
