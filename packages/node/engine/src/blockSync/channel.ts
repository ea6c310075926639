import type { Channel } from '@wadi/contracts/peers'
import { BLOCK_SIZE_MAX } from '@wadi/tendermint/limits'
import { MESSAGE_OVERHEAD, SEND_QUEUE_MAX } from './limits.ts'

/** What block sync speaks on. */
export const BLOCK_SYNC_CHANNEL = 0x40

export const blockSyncChannel: Channel = {
  id: BLOCK_SYNC_CHANNEL,
  priority: 5,
  sendQueueMax: SEND_QUEUE_MAX,
  messageBytesMax: BLOCK_SIZE_MAX + MESSAGE_OVERHEAD,
  messageTypes: {
    1: 'blocksync_BlockRequest',
    2: 'blocksync_NoBlockResponse',
    3: 'blocksync_BlockResponse',
    4: 'blocksync_StatusRequest',
    5: 'blocksync_StatusResponse',
  },
}
