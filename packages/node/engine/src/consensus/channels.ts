import type { Channel } from '@wadi/contracts/peers'
import type { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { CONSENSUS_MESSAGE_BYTES_MAX } from '../limits.ts'

const messageBytesMax = CONSENSUS_MESSAGE_BYTES_MAX

/** Where nodes say where they are. */
export const STATE_CHANNEL: Channel = { id: 0x20, priority: 6, sendQueueMax: 100, messageBytesMax }
/** Proposals and parts of blocks. */
export const DATA_CHANNEL: Channel = { id: 0x21, priority: 10, sendQueueMax: 100, messageBytesMax }
/** Votes. */
export const VOTE_CHANNEL: Channel = { id: 0x22, priority: 7, sendQueueMax: 100, messageBytesMax }
/** Answers about who has which votes. */
export const VOTE_BITS_CHANNEL: Channel = {
  id: 0x23,
  priority: 1,
  sendQueueMax: 20,
  messageBytesMax,
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
