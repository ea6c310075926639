/**
 * What a message of gossip is known by: its topic and its content, whoever sent it and when.
 * COMPAT(oasis-core): both ends must name messages alike, or what one has seen goes in circles.
 */

import { toUtf8 } from '@wadi/base/bytes'
import { tupleHasher256 } from '@wadi/crypto/hash/cshake'

const ID_SIZE = 32
const hash = tupleHasher256({ custom: 'oasis-core/p2p: message id', size: ID_SIZE })

/** The id of a message: TupleHash256 of topic and data. */
export function messageIdOf(topic: string, data: Uint8Array): Uint8Array {
  return hash(toUtf8(topic), data)
}
