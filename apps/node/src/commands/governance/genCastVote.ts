import { Vote } from '@wadi/consensus/governance'
import { errors } from '../transaction/commandErrors.ts'
import { contentOf, transactionCommand } from '../transaction/transactionCommand.ts'
import { proposalIdOf } from './proposalFlags.ts'

const ID = 'vote.proposal.id'

function voteOf(text: string): Vote {
  const found = Object.entries(Vote.names).find(([name]) => name === text)
  if (found === undefined)
    throw errors.badValue(`--vote is ${JSON.stringify(text)}; give yes, no or abstain`)
  return found[1]
}

/** `governance gen_cast_vote`. */
export const genCastVote = transactionCommand({
  name: 'gen_cast_vote',
  summary: 'make a transaction that votes on a proposal',
  examples: [
    'wadi-node governance gen_cast_vote --vote.proposal.id 1 --vote yes --transaction.file vote.json',
  ],
  options: {
    vote: { kind: 'text', doc: 'the vote: yes, no or abstain', fallback: '' },
    [ID]: { kind: 'integer', doc: 'number of the proposal that is voted on', fallback: 0n },
  },
  content: (flags) =>
    contentOf('governance.CastVote', { id: proposalIdOf(ID, flags[ID]), vote: voteOf(flags.vote) }),
})
