/** The library's parts that no option reaches. Another version stops the program at the start. */

import { assert } from '@wadi/base/errors'

/** The part of a message that can be long. */
export interface LongMessage {
  readonly topic: string
  readonly data?: Uint8Array
}

/** A frame of gossipsub, as far as it is looked at here. */
export interface Frame {
  readonly subscriptions: readonly unknown[]
  readonly messages: readonly LongMessage[]
  readonly control?: unknown
}

/** See the top of this file. */
export interface GossipInside {
  /** Sends to a peer; false if that cannot be. */
  sendRpc(peer: string, frame: Frame): boolean
  /** To whom something can be sent now. */
  readonly streamsOutbound: ReadonlyMap<
    string,
    { readonly rawStream: { readonly writeBufferLength: number } }
  >
}

export function insideOf(gossip: object): GossipInside {
  const inside = gossip as GossipInside
  const isKnown = typeof inside.sendRpc === 'function' && inside.streamsOutbound instanceof Map
  assert(isKnown, 'libp2p: gossipsub of this version sends otherwise')
  return inside
}
