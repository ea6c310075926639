/** Gossipsub as the reference sets it: what is not here is the same in both libraries. */

import type { GossipsubOpts } from '@libp2p/gossipsub'
import { toHex } from '@wadi/base/bytes'
import { errors } from '../errors.ts'
import { GOSSIP_BYTES_MAX, GOSSIP_WAITING_BYTES_MAX, SEEN_MS } from '../limits.ts'
import { messageIdOf } from './messageId.ts'

/** Which topics this node listens to. */
export interface KnownTopics {
  has(topic: string): boolean
}

/**
 * Names of messages that have just come, so that each is computed once. PERF: half of the hashing.
 */
const ids = new WeakMap<Uint8Array, Uint8Array>()

function idOf(topic: string, data: Uint8Array): Uint8Array {
  const known = ids.get(data)
  if (known !== undefined) return known
  const id = messageIdOf(topic, data)
  ids.set(data, id)
  return id
}

/** The options of the library. */
export function gossipOptions(topics: KnownTopics): Partial<GossipsubOpts> {
  return {
    globalSignaturePolicy: 'StrictSign',
    floodPublish: true,
    doPX: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: true,
    seenTTL: SEEN_MS,
    maxInboundDataLength: GOSSIP_BYTES_MAX,
    // Sending stops well before, see boundFrames; beyond, the stream is given up.
    maxOutboundBufferSize: 2 * GOSSIP_WAITING_BYTES_MAX,
    msgIdFn: ({ topic, data }) => idOf(topic, data),
    // Asked first of all, before a signature is checked: what was seen is known by the same name,
    // and what nobody listens to is not looked at. The library takes an error for "drop it".
    fastMsgIdFn: ({ topic, data }) => {
      if (!topics.has(topic) || data === undefined) throw errors.unknownTopic()
      return toHex(idOf(topic, data))
    },
    msgIdToStrFn: toHex,
    ...UNSCORED,
  }
}

/** COMPAT(oasis-core): nobody is scored, so that every peer has zero, and that is good enough. */
const UNSCORED: Partial<GossipsubOpts> = {
  scoreParams: {
    topics: {},
    topicScoreCap: 0,
    appSpecificWeight: 0,
    IPColocationFactorWeight: 0,
    behaviourPenaltyWeight: 0,
  },
  scoreThresholds: {
    gossipThreshold: 0,
    publishThreshold: 0,
    graylistThreshold: 0,
    // Peers that a peer tells of are not believed: it could have us remember, and dial, anybody.
    // The registry and the seeds tell of peers. The reference believes it.
    acceptPXThreshold: 1,
    opportunisticGraftThreshold: 0,
  },
}
