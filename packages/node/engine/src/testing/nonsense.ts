/** What peers say who want to do harm, or are broken: of every channel, some of it nearly right. */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import { damagedMessage } from '@wadi/protobuf/testing/damaged-message'
import { BLOCK_SYNC_CHANNEL } from '../blockSync/channel.ts'
import {
  DATA_CHANNEL,
  STATE_CHANNEL,
  VOTE_BITS_CHANNEL,
  VOTE_CHANNEL,
} from '../consensus/channels.ts'
import { EVIDENCE_CHANNEL } from '../evidence/evidenceReactor.ts'
import { MEMPOOL_CHANNEL } from '../mempool/mempoolReactor.ts'
import { CHUNK_CHANNEL, SNAPSHOT_CHANNEL } from '../stateSync/channels.ts'
import { Numbers, pick, type Said, someMessages } from './someMessages.ts'

/** What a nonsense is made from. */
export interface NonsenseSources {
  readonly random: RandomSource
  /** What honest nodes said, some of it long ago. */
  readonly overheard: readonly Said[]
  readonly height: bigint
}

const CHANNELS = [
  ...[STATE_CHANNEL, DATA_CHANNEL, VOTE_CHANNEL, VOTE_BITS_CHANNEL].map(({ id }) => id),
  BLOCK_SYNC_CHANNEL,
  MEMPOOL_CHANNEL,
  EVIDENCE_CHANNEL,
  SNAPSHOT_CHANNEL,
  CHUNK_CHANNEL,
]

/** One message, of any kind. */
export function nonsense({ random, overheard, height }: NonsenseSources): Said {
  const heard = overheard[randomBelow(random, Math.max(1, overheard.length))]
  switch (heard === undefined ? 4 : randomBelow(random, 8)) {
    case 0:
      return heard!
    case 1:
      return { ...heard!, message: damagedMessage(random, heard!.message) }
    case 2:
      return { ...heard!, channel: pick(random, CHANNELS) }
    case 3:
      return { channel: pick(random, CHANNELS), message: random.bytes(randomBelow(random, 300)) }
    default:
      return pick(random, [...someMessages(new Numbers(random, height)).values()])()
  }
}
