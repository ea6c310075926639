import { encode } from '@wadi/cbor/codec'
import { ProposalContent } from '@wadi/consensus/governance'
import { describeBody } from '@wadi/node/describe-body'
import { printAddress } from '@wadi/primitives/address'
import { AddressBook } from '../../accounts/addressBook.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { LAST, withNetwork } from '../../network/withNetwork.ts'
import { factLines } from '../../words/lines.ts'
import { parseProposalId } from '../../words/numbers.ts'
import { tokensText } from '../../words/tokens.ts'
import { contentText, proposalJson, stateText, voteText } from './proposalView.ts'

/** `wadi governance show`. */
export const show = wadiCommand({
  name: 'show',
  summary: 'show a proposal, and who voted how',
  details: ['<id> is its number in "wadi governance proposals".'],
  examples: ['wadi governance show 1'],
  operands: '<id>',
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      const id = parseProposalId(operandsOf(operands, 'id')[0])
      const { client, token } = network
      const query = { height: LAST, id }
      const [proposal, votes] = await Promise.all([
        client.governance.proposal(query),
        client.governance.votes(query),
      ])
      const book = await AddressBook.open(network, world)
      const speaker = { token, print: book.print.bind(book) }
      const json = {
        ...proposalJson(proposal, speaker),
        votes: votes.map(({ voter, vote }) => ({
          voter: printAddress(voter),
          vote: voteText(vote),
        })),
      }
      const results = Array.from(proposal.results ?? [], ([vote, power]) => {
        return `${voteText(vote)} ${power}`
      })
      const facts = factLines([
        ['Proposal', id],
        ['What', contentText(proposal)],
        ['State', stateText(proposal)],
        ['By', book.print(proposal.submitter)],
        ['Deposit', tokensText(proposal.deposit, token)],
        ['Since epoch', proposal.createdAt],
        ['Closes in epoch', proposal.closesAt],
        ['Counted', results.join(', ')],
        ['Votes', votes.length],
      ])
      const content = encode(ProposalContent, proposal.content)
      const body = describeBody('governance.SubmitProposal', content, token)
      const cast = votes.map(({ voter, vote }) => `  ${voteText(vote)}: ${book.print(voter)}`)
      const lines = [...facts, ...cast, '', ...body]
      return answer(flags, world, { json, lines })
    }),
})
