/** Who may become a peer, before and after it has shown who it is. */

import { equalBytes } from '@wadi/base/bytes'
import {
  HANDSHAKES_MAX,
  HANDSHAKES_PER_IP_MAX,
  INBOUND_PEERS_MAX,
  OUTBOUND_PEERS_MAX,
} from '../limits.ts'
import type { Endpoint } from '../sockets/contract.ts'
import type { NetworkOptions } from './options.ts'

/** Why somebody does not become a peer although it did nothing wrong. */
export type Refusal =
  | 'duplicate ip'
  | 'too many handshakes'
  | 'too many inbound peers'
  | 'duplicate id'
  | 'filtered'
  | 'banned'

/** A connection as the rules of admission look at it. */
export interface Connection {
  readonly remote: Endpoint
  readonly isOutbound: boolean
  /** Undefined while it has not become a peer. */
  readonly peerId: string | undefined
}

/** Somebody who has shown who it is. */
export interface Candidate {
  readonly id: string
  readonly ip: Uint8Array
  readonly isOutbound: boolean
}

type AdmissionOptions = Pick<
  NetworkOptions,
  'duplicateIps' | 'unconditionalPeers' | 'inboundPeersMax' | 'outboundPeersMax' | 'filters'
>

/** The rules, in the reference's order. */
export class Admission {
  readonly inboundPeersMax: number
  readonly outboundPeersMax: number
  readonly #options: AdmissionOptions
  readonly #unconditional: ReadonlySet<string>

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#unconditional = new Set(options.unconditionalPeers)
    this.inboundPeersMax = options.inboundPeersMax ?? INBOUND_PEERS_MAX
    this.outboundPeersMax = options.outboundPeersMax ?? OUTBOUND_PEERS_MAX
  }

  /** Does it count against no maximum? */
  isUnconditional(id: string): boolean {
    return this.#unconditional.has(id)
  }

  allowsDuplicateIps(): boolean {
    return this.#options.duplicateIps === 'allowed'
  }

  /** Somebody connects; nothing is known but the address. */
  refuseAccepted(remote: Endpoint, connections: readonly Connection[]): Refusal | undefined {
    const sameIp = connections.filter((other) => equalBytes(other.remote.ip, remote.ip))
    if (sameIp.length > 0 && !this.allowsDuplicateIps()) return 'duplicate ip'
    const shaking = (all: readonly Connection[]) =>
      all.filter(({ peerId, isOutbound }) => peerId === undefined && !isOutbound).length
    const isFull = shaking(connections) >= HANDSHAKES_MAX
    if (isFull || shaking(sameIp) >= HANDSHAKES_PER_IP_MAX) return 'too many handshakes'
    return undefined
  }

  /** Somebody has shown who it is and is none of the peers. */
  refuseCandidate(
    candidate: Candidate,
    counts: { readonly inbound: number },
  ): { readonly refusal: Refusal; readonly detail: string } | undefined {
    const { id, isOutbound } = candidate
    if (!isOutbound && !this.isUnconditional(id) && counts.inbound >= this.inboundPeersMax)
      return { refusal: 'too many inbound peers', detail: `${counts.inbound}` }
    for (const filter of this.#options.filters ?? []) {
      const detail = filter(candidate)
      if (detail !== undefined) return { refusal: 'filtered', detail }
    }
    return undefined
  }
}
