/**
 * Records of the write-ahead log as bytes: the kind is the frame's, the rest a message. The frames
 * are those of `@wadi/node-storage/record-log`. Only this node reads them, so the format is ours.
 */

import { CodedError } from '@wadi/base/errors'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { embedded, field, message, repeated } from '@wadi/protobuf/message'
import { bytes, text, uint32, uint64 } from '@wadi/protobuf/scalars'
import type { WalRecord } from './walRecord.ts'

/** The kind of the frame that ends a height. */
export const FRAME_END_HEIGHT = 5
/** The kind of the frame that holds several messages of peers. */
const FRAME_PEER_MESSAGES = 6
const FRAME_PEER_GONE = 7

type RecordOf<K> = Omit<Extract<WalRecord, { readonly kind: K }>, 'kind'>

const PeerMessage: Schema<RecordOf<'peer-message'>> = message({
  peer: field(1, text),
  message: field(2, bytes),
})
/** What peers said, one after the other. */
const PeerMessages = message({ messages: repeated(1, embedded(PeerMessage)) })
const PeerGone: Schema<RecordOf<'peer-gone'>> = message({ peer: field(1, text) })
const OwnMessage: Schema<RecordOf<'own-message'>> = message({ message: field(1, bytes) })
const Timeout: Schema<RecordOf<'timeout'>> = message({
  height: field(1, uint64),
  round: field(2, uint32),
  step: field(3, uint32),
  durationMs: field(4, uint32),
})
const RoundState: Schema<RecordOf<'round-state'>> = message({
  height: field(1, uint64),
  round: field(2, uint32),
  step: field(3, uint32),
})
const EndHeight: Schema<RecordOf<'end-height'>> = message({ height: field(1, uint64) })

/** A record in its frame. */
export interface WalFrame {
  readonly kind: number
  readonly payload: Uint8Array
}

/** The frame of a record. */
export function encodeWalRecord(record: WalRecord): WalFrame {
  switch (record.kind) {
    case 'peer-message':
      return { kind: 1, payload: encode(PeerMessage, record) }
    case 'own-message':
      return { kind: 2, payload: encode(OwnMessage, record) }
    case 'peer-gone':
      return { kind: FRAME_PEER_GONE, payload: encode(PeerGone, record) }
    case 'timeout':
      return { kind: 3, payload: encode(Timeout, record) }
    case 'round-state':
      return { kind: 4, payload: encode(RoundState, record) }
    case 'end-height':
      return { kind: FRAME_END_HEIGHT, payload: encode(EndHeight, record) }
  }
}

/** The frame of what peers said, one after the other. */
export function encodePeerMessages(messages: readonly RecordOf<'peer-message'>[]): WalFrame {
  return { kind: FRAME_PEER_MESSAGES, payload: encode(PeerMessages, { messages }) }
}

/** The records of a frame; undefined if no program of this format wrote it. */
export function decodeWalRecords({ kind, payload }: WalFrame): readonly WalRecord[] | undefined {
  try {
    switch (kind) {
      case 1:
        return [{ kind: 'peer-message', ...decode(PeerMessage, payload) }]
      case 2:
        return [{ kind: 'own-message', ...decode(OwnMessage, payload) }]
      case 3:
        return [{ kind: 'timeout', ...decode(Timeout, payload) }]
      case 4:
        return [{ kind: 'round-state', ...decode(RoundState, payload) }]
      case FRAME_END_HEIGHT:
        return [{ kind: 'end-height', ...decode(EndHeight, payload) }]
      case FRAME_PEER_MESSAGES:
        return decode(PeerMessages, payload).messages.map((each) => ({
          kind: 'peer-message',
          ...each,
        }))
      case FRAME_PEER_GONE:
        return [{ kind: 'peer-gone', ...decode(PeerGone, payload) }]
      default:
        return undefined
    }
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
