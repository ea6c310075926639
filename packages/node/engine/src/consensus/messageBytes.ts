/**
 * Messages of consensus as bytes, and back. What goes to many peers and to the log is encoded once,
 * and not at all if it came from a peer; what many peers send is decoded once.
 */

import { equalBytes } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/protobuf/codec'
import { ConsensusMessage, checkConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { isVoteMessage, VoteReader } from '@wadi/tendermint/messages/voteReader'
import {
  MESSAGES_REMEMBERED_MAX,
  REMEMBERED_MESSAGE_BYTES_MAX,
  VOTES_REMEMBERED_MAX,
} from '../limits.ts'

interface Remembered {
  readonly bytes: Uint8Array
  readonly message: ConsensusMessage
}

type Places = (Remembered | undefined)[]

/**
 * What the same bytes meant before, and which bytes a vote has: in tables of places, in which a
 * later message takes the place of an earlier one. PERF: to find a vote takes 0.12 of decoding it,
 * and to find its bytes 0.08 of encoding it. A weak map from votes to bytes cost the collector as
 * much as a hundred validators' rounds: 0.85 of their time without it.
 */
export class RememberedMessages {
  readonly #votes: Places = Array(VOTES_REMEMBERED_MAX).fill(undefined)
  readonly #others: Places = Array(MESSAGES_REMEMBERED_MAX).fill(undefined)
  readonly #reader = new VoteReader()

  /** What a peer's message says. Refuses what no honest program does. */
  meaningOf(bytes: Uint8Array): ConsensusMessage {
    const places = isVoteMessage(bytes) ? this.#votes : this.#others
    const place = placeOf(bytes) % places.length
    const found = places[place]
    if (found !== undefined && (found.bytes === bytes || equalBytes(found.bytes, bytes)))
      return found.message
    const vote = places === this.#votes ? this.#reader.read(bytes) : undefined
    if (vote !== undefined) {
      const message: ConsensusMessage = { kind: 'vote', body: { vote } }
      places[place] = { bytes, message }
      return message
    }
    const message = decode(ConsensusMessage, bytes)
    checkConsensusMessage(message)
    // A vote that is written in another way has other bytes when we write it.
    if (message.kind !== 'vote' && bytes.length <= REMEMBERED_MESSAGE_BYTES_MAX)
      places[place] = { bytes, message }
    return message
  }

  /** A message as it is sent and logged; nobody writes to the bytes. */
  bytesOf(message: ConsensusMessage): Uint8Array {
    if (message.kind !== 'vote') return encode(ConsensusMessage, message)
    const { vote } = message.body
    const place = placeOf(vote.signature) % this.#votes.length
    const found = this.#votes[place]
    if (found?.message.kind === 'vote' && found.message.body.vote === vote) return found.bytes
    // Memory of their own: what is encoded shares a slab with others, which would stay as well.
    const bytes = encode(ConsensusMessage, message).slice()
    this.#votes[place] = { bytes, message }
    return bytes
  }
}

const FNV_PRIME = 0x01000193
const FNV_BASIS = 0x811c9dc5
const HASHED_BYTES = 8

/** The end tells messages apart: of a vote it is the signature. */
function placeOf(bytes: Uint8Array): number {
  let hash = FNV_BASIS
  for (let i = Math.max(0, bytes.length - HASHED_BYTES); i < bytes.length; i++)
    hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME)
  return hash >>> 0
}
