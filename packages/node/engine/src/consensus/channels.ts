import type { Channel } from '@wadi/contracts/peers'
import type { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { CONSENSUS_MESSAGE_BYTES_MAX } from '../limits.ts'

const messageBytesMax = CONSENSUS_MESSAGE_BYTES_MAX
const messageTypes = {
  1: 'consensus_NewRoundStep',
  2: 'consensus_NewValidBlock',
  3: 'consensus_Proposal',
  4: 'consensus_ProposalPOL',
  5: 'consensus_BlockPart',
  6: 'consensus_Vote',
  7: 'consensus_HasVote',
  8: 'consensus_VoteSetMaj23',
  9: 'consensus_VoteSetBits',
}
/** What they have in common. */
const common = { messageBytesMax, messageTypes }

/** Where nodes say where they are. */
export const STATE_CHANNEL: Channel = { id: 0x20, priority: 6, sendQueueMax: 100, ...common }
/** Proposals and parts of blocks. */
export const DATA_CHANNEL: Channel = { id: 0x21, priority: 10, sendQueueMax: 100, ...common }
/** Votes. */
export const VOTE_CHANNEL: Channel = { id: 0x22, priority: 7, sendQueueMax: 100, ...common }
/** Answers about who has which votes. */
export const VOTE_BITS_CHANNEL: Channel = {
  id: 0x23,
  priority: 1,
  sendQueueMax: 20,
  ...common,
}

/** Which channel a message belongs to. */
export function channelOf({ kind }: ConsensusMessage): Channel {
  switch (kind) {
    case 'proposal':
    case 'proposal-pol':
    case 'block-part':
      return DATA_CHANNEL
    case 'vote':
      return VOTE_CHANNEL
    case 'vote-set-bits':
      return VOTE_BITS_CHANNEL
    default:
      return STATE_CHANNEL
  }
}
