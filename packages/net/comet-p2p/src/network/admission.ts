/** Who may become a peer, before and after it has shown who it is. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import {
  HANDSHAKE_GRACE_MS,
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
  | 'too often'
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
  /** Has anything come on it? */
  readonly hasSpoken: boolean
  readonly ageMs: number
}

/** What becomes of somebody who connects: one of the others may have to go for it. */
export type Entry<C> =
  | { readonly kind: 'refused'; readonly why: Refusal }
  | { readonly kind: 'let in'; readonly insteadOf: C | undefined }

/** Somebody who has shown who it is. */
export interface Candidate {
  readonly id: string
  readonly ip: Uint8Array
  readonly isOutbound: boolean
}

type AdmissionOptions = Pick<
  NetworkOptions,
  | 'duplicateIps'
  | 'persistentPeers'
  | 'unconditionalPeers'
  | 'inboundPeersMax'
  | 'outboundPeersMax'
  | 'filters'
>

/** The rules, in the reference's order. */
export class Admission {
  readonly inboundPeersMax: number
  readonly outboundPeersMax: number
  readonly #options: AdmissionOptions
  readonly #unconditional: ReadonlySet<string>
  /** Where those are whom the operator named, as far as it is known, by their ids. */
  readonly #chosenIps: Map<string, string>

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#unconditional = new Set(options.unconditionalPeers)
    this.#chosenIps = new Map(options.persistentPeers?.map(({ id, ip }) => [id, toHex(ip)]))
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

  /** Somebody is a peer: where it is, if the operator named it, never waits behind strangers. */
  remember(id: string, ip: Uint8Array): void {
    if (this.isUnconditional(id)) this.#chosenIps.set(id, toHex(ip))
  }

  /** Somebody connects; nothing is known but the address. The others: the oldest first. */
  judgeAccepted<C extends Connection>(remote: Endpoint, connections: readonly C[]): Entry<C> {
    const strangers = connections.filter(({ peerId, isOutbound }) => !isOutbound && !peerId)
    const isSameIp = (other: Connection) => equalBytes(other.remote.ip, remote.ip)
    const sameIp = strangers.filter(isSameIp)
    const areShared = this.allowsDuplicateIps()
    const isTaken = !areShared && connections.filter(isSameIp).length > sameIp.length
    if (isTaken) return { kind: 'refused', why: 'duplicate ip' }
    const sameIpMax = areShared ? HANDSHAKES_PER_IP_MAX : 1
    if (sameIp.length >= sameIpMax)
      return replace(whoGivesWay(sameIp), areShared ? 'too many handshakes' : 'duplicate ip')
    if (strangers.length < HANDSHAKES_MAX) return { kind: 'let in', insteadOf: undefined }
    const chosenIps = new Set(this.#chosenIps.values())
    const others = strangers.filter((other) => !chosenIps.has(toHex(other.remote.ip)))
    const crowd = largestCrowd(others)
    const weakest = whoGivesWay(crowd) ?? whoGivesWay(sameIp.length === 0 ? others : [])
    const isForced = chosenIps.has(toHex(remote.ip)) || crowd.length > sameIp.length + 1
    return replace(weakest ?? (isForced ? crowd[0] : undefined), 'too many handshakes')
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

function replace<C>(insteadOf: C | undefined, why: Refusal): Entry<C> {
  return insteadOf === undefined ? { kind: 'refused', why } : { kind: 'let in', insteadOf }
}

/** Who said nothing, or else took long, so far: an honest one speaks as soon as it is connected. */
function whoGivesWay<C extends Connection>(strangers: readonly C[]): C | undefined {
  const silent = strangers.find(({ hasSpoken }) => !hasSpoken)
  return silent ?? strangers.find(({ ageMs }) => ageMs >= HANDSHAKE_GRACE_MS)
}

/** Those of the address with the most. */
function largestCrowd<C extends Connection>(strangers: readonly C[]): readonly C[] {
  const crowds = Map.groupBy(strangers, ({ remote }) => toHex(remote.ip))
  let largest: readonly C[] = []
  for (const crowd of crowds.values()) if (crowd.length > largest.length) largest = crowd
  return largest
}
