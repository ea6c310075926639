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
  return heardFrom(peer, () => {
    const message = decode(schema, bytes)
    check(message)
    return message
  })
}

/** As {@link peerMessage}, for whoever reads in another way. */
export function heardFrom<T>(peer: Peer, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    peer.punish({ severity: 'ban', why: error.message })
    return undefined
  }
}
