import type { Channel } from '@wadi/contracts/peers'
import {
  CHUNK_MESSAGE_BYTES_MAX,
  CHUNK_QUEUE_MAX,
  SNAPSHOT_MESSAGE_BYTES_MAX,
  SNAPSHOT_QUEUE_MAX,
} from './limits.ts'

/** Which snapshots there are. */
export const SNAPSHOT_CHANNEL = 0x60
/** What is in them. */
export const CHUNK_CHANNEL = 0x61

const messageTypes = {
  1: 'statesync_SnapshotsRequest',
  2: 'statesync_SnapshotsResponse',
  3: 'statesync_ChunkRequest',
  4: 'statesync_ChunkResponse',
}

export const stateSyncChannels: readonly Channel[] = [
  {
    id: SNAPSHOT_CHANNEL,
    priority: 5,
    sendQueueMax: SNAPSHOT_QUEUE_MAX,
    messageBytesMax: SNAPSHOT_MESSAGE_BYTES_MAX,
    messageTypes,
  },
  {
    id: CHUNK_CHANNEL,
    priority: 3,
    sendQueueMax: CHUNK_QUEUE_MAX,
    messageBytesMax: CHUNK_MESSAGE_BYTES_MAX,
    messageTypes,
  },
]
