/** Somebody we are connected with, as reactors see it and as the network does. */

import type { Offence, Peer } from '@wadi/contracts/peers'
import type { NodeInfo } from '@wadi/tendermint/messages/connection'
import type { NetAddress } from '../address/netAddress.ts'
import { listenAddressOf } from '../handshake/nodeInfo.ts'
import { USEFUL_DEEDS } from '../limits.ts'
import type { Link } from './link.ts'

/** What a peer is made of. */
export interface PeerOptions {
  readonly link: Link
  readonly info: NodeInfo
  /** Where it was dialed, or from where it dialed us. */
  readonly address: NetAddress
  readonly isOutbound: boolean
  readonly isPersistent: boolean
  readonly sinceMs: number
  readonly punish: (peer: ConnectedPeer, offence: Offence) => void
  /** It has done {@link USEFUL_DEEDS} more. */
  readonly commend: (peer: ConnectedPeer) => void
}

/** Bytes of messages of one kind that were not yet counted. */
interface Traffic {
  readonly channel: number
  /** The number of the messages' first field: of what type they are. */
  readonly field: number
  sent: number
  received: number
}

const TAG_TYPE_BITS = 3
const FIELD_MASK = 15

/** See the top of this file. */
export class ConnectedPeer implements Peer {
  readonly id: string
  readonly isOutbound: boolean
  readonly isPersistent: boolean
  readonly channels: ReadonlySet<number>
  readonly info: NodeInfo
  readonly address: NetAddress
  readonly link: Link
  /** On the monotonic clock. */
  readonly sinceMs: number
  readonly traffic = new Map<number, Traffic>()
  readonly #punish: PeerOptions['punish']
  readonly #commend: PeerOptions['commend']
  #deeds = 0

  constructor({ info, address, link, punish, commend, ...rest }: PeerOptions) {
    this.id = info.id
    this.info = info
    this.address = address
    this.link = link
    this.channels = new Set(info.channels)
    this.isOutbound = rest.isOutbound
    this.isPersistent = rest.isPersistent
    this.sinceMs = rest.sinceMs
    this.#punish = punish
    this.#commend = commend
  }

  /** Where it says that others can dial it; undefined if that is not an IP address. */
  get listenAddress(): NetAddress | undefined {
    return listenAddressOf(this.info)
  }

  send(channel: number, message: Uint8Array): boolean {
    if (!this.channels.has(channel)) return false
    const isTaken = this.link.mux?.send(channel, message) ?? false
    if (isTaken) this.trafficOf(channel, message).sent += message.length
    return isTaken
  }

  canSend(channel: number): boolean {
    return this.channels.has(channel) && (this.link.mux?.canSend(channel) ?? false)
  }

  punish(offence: Offence): void {
    this.#punish(this, offence)
  }

  praise(): void {
    this.#deeds++
    if (this.#deeds % USEFUL_DEEDS === 0) this.#commend(this)
  }

  /** What of the kind of a message went over a channel since it was last counted. */
  trafficOf(channel: number, [tag = 0]: Uint8Array): Traffic {
    // Whatever a peer sends, there are no more kinds than that.
    const field = (tag >> TAG_TYPE_BITS) & FIELD_MASK
    const kind = channel * (FIELD_MASK + 1) + field
    const known = this.traffic.get(kind)
    if (known !== undefined) return known
    const traffic = { channel, field, sent: 0, received: 0 }
    this.traffic.set(kind, traffic)
    return traffic
  }
}
