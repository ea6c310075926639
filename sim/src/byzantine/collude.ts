/**
 * A third or more of all votes can have two halves of a network decide two blocks: its proposers
 * show each half a block of its own, and all of them vote for both.
 */

import { equalBytes } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import type { Behaviour, Means } from './behaviour.ts'
import { VOTES } from './channels.ts'
import { equivocateProposal } from './equivocateProposal.ts'
import { signedVote } from './signing.ts'

/** See the top of this file. */
export function collude(means: Means): Behaviour {
  const { pact, chain, own } = means
  const { address } = chain.validators[own]!
  const proposals = equivocateProposal(means, ({ height, round, blockId }, other) =>
    pact.set(`${height} ${round}`, [blockId, other]),
  )
  return {
    ...proposals,
    outgoing(sent) {
      if (sent.channel !== VOTES) return proposals.outgoing?.(sent)
      const said = decode(ConsensusMessage, sent.bytes)
      if (said.kind !== 'vote') return undefined
      const { vote } = said.body
      const agreed = pact.get(`${vote.height} ${vote.round}`)
      if (agreed === undefined || !equalBytes(vote.validatorAddress, address)) return undefined
      const lie = signedVote(means, { ...vote, blockId: agreed[sent.to % 2 === 0 ? 0 : 1] })
      return [{ ...sent, bytes: encode(ConsensusMessage, { kind: 'vote', body: { vote: lie } }) }]
    },
  }
}
