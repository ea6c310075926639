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

export const stateSyncChannels: readonly Channel[] = [
  {
    id: SNAPSHOT_CHANNEL,
    priority: 5,
    sendQueueMax: SNAPSHOT_QUEUE_MAX,
    messageBytesMax: SNAPSHOT_MESSAGE_BYTES_MAX,
  },
  {
    id: CHUNK_CHANNEL,
    priority: 3,
    sendQueueMax: CHUNK_QUEUE_MAX,
    messageBytesMax: CHUNK_MESSAGE_BYTES_MAX,
  },
]
