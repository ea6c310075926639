/**
 * Messages of consensus as bytes, and back. What goes to many peers and to the log is encoded once;
 * what many peers send is decoded once.
 */

import { equalBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { MESSAGES_REMEMBERED_MAX, REMEMBERED_MESSAGE_BYTES_MAX } from '../limits.ts'

const encodedVotes = new WeakMap<object, Uint8Array>()

/**
 * A message as it is sent and logged; nobody writes to the bytes. Those of a vote live as long as
 * the vote. PERF: 0.08 of encoding it again.
 */
export function messageBytes(message: ConsensusMessage): Uint8Array {
  if (message.kind !== 'vote') return encode(ConsensusMessage, message)
  const { vote } = message.body
  const known = encodedVotes.get(vote)
  if (known !== undefined) return known
  const bytes = encode(ConsensusMessage, message)
  encodedVotes.set(vote, bytes)
  return bytes
}

interface Remembered {
  readonly bytes: Uint8Array
  readonly message: ConsensusMessage
}

/**
 * What the same bytes meant before: peers tell the same votes and news. A table of places, in which
 * a later message takes the place of an earlier one. PERF: finding a vote takes 0.12 of decoding
 * it.
 */
export class RememberedMessages {
  readonly #places: (Remembered | undefined)[] = Array(MESSAGES_REMEMBERED_MAX).fill(undefined)

  /** The message, if the very same bytes were remembered. */
  find(bytes: Uint8Array): ConsensusMessage | undefined {
    const found = this.#places[placeOf(bytes)]
    return found !== undefined && equalBytes(found.bytes, bytes) ? found.message : undefined
  }

  /** Keeps a message whose bytes were decoded and checked; long ones it does not. */
  keep(bytes: Uint8Array, message: ConsensusMessage): void {
    if (bytes.length > REMEMBERED_MESSAGE_BYTES_MAX) return
    this.#places[placeOf(bytes)] = { bytes, message }
  }
}

const FNV_PRIME = 0x01000193
const FNV_BASIS = 0x811c9dc5
const HASHED_BYTES = 8

/** The end tells messages apart: of a vote it is the signature. */
function placeOf(bytes: Uint8Array): number {
  let hash = FNV_BASIS ^ bytes.length
  for (let i = Math.max(0, bytes.length - HASHED_BYTES); i < bytes.length; i++)
    hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME)
  return (hash >>> 0) % MESSAGES_REMEMBERED_MAX
}
