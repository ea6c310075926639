/** How many sockets a network takes, if the process can afford so many. */

import type { Logger } from '@wadi/base/log'
import { HANDSHAKES_MAX, INBOUND_PEERS_MAX, LINGERING_MAX, OUTBOUND_PEERS_MAX } from '../limits.ts'
import type { NetworkOptions } from './options.ts'

/** See the top of this file. */
export interface SocketsPlan {
  /** What was asked for, or as many as there are sockets for. */
  readonly inboundPeersMax: number
  /** Sockets of others that are open at a time: peers, handshakes, and what was closed. */
  readonly acceptedMax: number
  /** What the process must be able to open for what was asked for. */
  readonly wanted: number
}

type PlanOptions = Pick<
  NetworkOptions,
  'inboundPeersMax' | 'outboundPeersMax' | 'persistentPeers' | 'unconditionalPeers' | 'socketsMax'
>

/** Gives up inbound peers, all but one, where sockets are few. */
export function planSockets(options: PlanOptions): SocketsPlan {
  const { inboundPeersMax = INBOUND_PEERS_MAX, outboundPeersMax = OUTBOUND_PEERS_MAX } = options
  const dialed = outboundPeersMax + (options.persistentPeers?.length ?? 0)
  const guests = (options.unconditionalPeers?.length ?? 0) + HANDSHAKES_MAX + LINGERING_MAX
  const wanted = dialed + guests + inboundPeersMax
  const missing = Math.max(0, wanted - (options.socketsMax ?? wanted))
  const inbound = Math.max(inboundPeersMax - missing, Math.min(1, inboundPeersMax))
  return { inboundPeersMax: inbound, acceptedMax: guests + inbound, wanted }
}

/** Says what is wrong, what comes of it and what to do. */
export function warnOfFewSockets(
  log: Logger,
  { wanted, inboundPeersMax }: SocketsPlan,
  socketsMax: number | undefined,
): void {
  if (socketsMax === undefined || socketsMax >= wanted) return
  log.warn(
    'this process may open too few files for as many peers as configured, so fewer are let in: ' +
      'raise its limit (ulimit -n, LimitNOFILE=) or configure fewer peers',
    { socketsWanted: wanted, socketsMax, inboundPeersMax },
  )
}
