/** What a network is made of. */

import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { NetAddress } from '../address/netAddress.ts'
import type { NodeKey, SecretAlgorithms, SignatureCheck } from '../secret/identity.ts'
import type { Endpoint, Sockets } from '../sockets/contract.ts'

/** The world as the network needs it. */
export interface NetworkWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly sockets: Sockets
  readonly log: Logger
  readonly metrics: MetricsRegistry
}

/** What a node says of itself to everybody. */
export interface NodeDescription {
  readonly protocolVersion: { readonly p2p: bigint; readonly block: bigint; readonly app: bigint }
  /** The chain id. */
  readonly network: string
  readonly version: string
  readonly moniker: string
  readonly txIndex: '' | 'on' | 'off'
  readonly rpcAddress: string
}

/** Bytes a second. */
export interface Rates {
  readonly sendBytesPerSecond: number
  readonly receiveBytesPerSecond: number
}

/** Somebody asks to become a peer: the answer is why not, if so. */
export type PeerFilter = (candidate: {
  readonly id: string
  readonly ip: Uint8Array
  readonly isOutbound: boolean
}) => string | undefined

/** What the network tells of the addresses that it learns about; an address book is one. */
export interface AddressKeeper {
  /** It leads to this node itself. */
  addOwn(address: NetAddress): void
  remove(address: NetAddress): void
  /** The one of this id was useful for long. */
  markGood(id: string): void
}

/** What a network is given. */
export interface NetworkOptions {
  readonly world: NetworkWorld
  readonly key: NodeKey
  readonly dialect: SignatureCheck
  readonly algorithms: SecretAlgorithms
  readonly description: NodeDescription
  /** Where to listen; undefined: nobody can dial this node. */
  readonly listen?: Endpoint | undefined
  /** What others are told instead of where this node listens: `host:port`. */
  readonly externalAddress?: string | undefined
  /** Kept connected; dialed again and again. */
  readonly persistentPeers?: readonly NetAddress[]
  /** Ids that count against no maximum. */
  readonly unconditionalPeers?: readonly string[]
  readonly inboundPeersMax?: number
  readonly outboundPeersMax?: number
  /** Sockets that the process can afford for peers and strangers; undefined: any number. */
  readonly socketsMax?: number | undefined
  /** May several peers have one IP address? The reference says no unless told so. */
  readonly duplicateIps?: 'refused' | 'allowed'
  readonly filters?: readonly PeerFilter[]
  readonly rates?: Rates
  /** Dials begin a random time of up to so many milliseconds late, so that not all come at once. */
  readonly dialJitterMs?: number
  readonly addresses?: AddressKeeper | undefined
  /** Bytes of messages that are not whole, of all peers together. */
  readonly reassemblyBytesMax?: number
}
