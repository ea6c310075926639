import { CodedError } from '@wadi/base/errors'
import type { Peer } from '@wadi/contracts/peers'
import { decode, type Schema } from '@wadi/protobuf/codec'

/** What a peer said; undefined, and the peer is dropped, if no honest program says that. */
export function peerMessage<T>(
  peer: Peer,
  schema: Schema<T>,
  check: (message: T) => void,
  bytes: Uint8Array,
): T | undefined {
  try {
    const message = decode(schema, bytes)
    check(message)
    return message
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    peer.punish({ severity: 'ban', why: error.message })
    return undefined
  }
}
