/** The snapshots that peers offer: which is best, who has it, and what was refused. */

import { toHex } from '@wadi/base/bytes'
import type { Snapshot } from '@wadi/contracts/application'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { encode } from '@wadi/protobuf/codec'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { RECENT_SNAPSHOTS, REFUSED_SNAPSHOTS_MAX, SNAPSHOT_BYTES_MAX } from './limits.ts'

/** A snapshot that somebody has. */
export interface OfferedSnapshot {
  readonly snapshot: Snapshot
  /** The same only if everything is: not all nodes make the same chunks of one state. */
  readonly key: string
  readonly peers: Set<string>
  /** Who is not asked for its chunks, whatever they say. */
  readonly barred: Set<string>
  /** How often nothing came of it, through no fault of its own. */
  tries: number
}

function sizeOf({ hash, metadata }: Snapshot): number {
  return hash.length + metadata.length
}

/** See the top of this file. */
export class SnapshotPool {
  readonly #offered = new Map<string, OfferedSnapshot>()
  readonly #refused = new Set<string>()
  readonly #refusedFormats = new Set<number>()
  readonly #refusedPeers = new Set<string>()
  /** How many snapshots of a peer came to nothing. */
  readonly #failures = new Map<string, number>()
  #size = 0

  /** A peer offers a snapshot; false if it is not taken in. */
  add(peer: string, snapshot: Snapshot): boolean {
    if (this.#refusedPeers.has(peer) || this.#refusedFormats.has(snapshot.format)) return false
    if (this.#countOf(peer) >= RECENT_SNAPSHOTS) return false
    const key = toHex(sha256(encode(StateSyncMessage, { kind: 'snapshot', body: snapshot })))
    if (this.#refused.has(key)) return false
    const known = this.#offered.get(key)
    if (known !== undefined) {
      if (known.barred.has(peer)) return false
      known.peers.add(peer)
      return true
    }
    if (this.#size + sizeOf(snapshot) > SNAPSHOT_BYTES_MAX) return false
    this.#size += sizeOf(snapshot)
    this.#offered.set(key, {
      snapshot,
      key,
      peers: new Set([peer]),
      barred: new Set(),
      tries: 0,
    })
    return true
  }

  /**
   * The best one that is not higher: by height, format, and how many have it.
   * Whose snapshots came to nothing comes last, so that nobody is kept busy by one liar, and so
   * does what was postponed.
   */
  best(heightMax: bigint): OfferedSnapshot | undefined {
    let best: OfferedSnapshot | undefined
    for (const offered of this.#offered.values()) {
      if (offered.snapshot.height > heightMax) continue
      if (best === undefined || this.#isBetter(offered, best)) best = offered
    }
    return best
  }

  /** Who has a snapshot, in the order of their names. */
  peersOf({ key }: OfferedSnapshot): readonly string[] {
    const peers = this.#offered.get(key)?.peers ?? []
    return [...peers].sort((a, b) => (a < b ? -1 : 1))
  }

  /** It is never tried again. */
  refuse({ key, peers }: OfferedSnapshot): void {
    for (const peer of peers) this.#failures.set(peer, this.#failuresOf(peer) + 1)
    this.#refused.add(key)
    for (const oldest of this.#refused) {
      if (this.#refused.size <= REFUSED_SNAPSHOTS_MAX) break
      this.#refused.delete(oldest)
    }
    this.#drop(key)
  }

  /** It is tried again after the others; if whoever offers it is to blame, so is all of theirs. */
  postpone(offered: OfferedSnapshot, { isBlamed }: { readonly isBlamed: boolean }): void {
    offered.tries++
    if (isBlamed)
      for (const peer of offered.peers) this.#failures.set(peer, this.#failuresOf(peer) + 1)
  }

  refuseFormat(format: number): void {
    this.#refusedFormats.add(format)
    for (const [key, { snapshot }] of this.#offered) if (snapshot.format === format) this.#drop(key)
  }

  /** Nothing more is taken from the peer. */
  refusePeer(peer: string): void {
    this.#refusedPeers.add(peer)
    this.removePeer(peer)
  }

  removePeer(peer: string): void {
    for (const offered of this.#offered.values()) this.#removeOffer(peer, offered)
  }

  /** A peer has not what it offered, or gave something else: it may not offer it again. */
  bar(peer: string, offered: OfferedSnapshot): void {
    offered.barred.add(peer)
    this.#removeOffer(peer, offered)
  }

  #removeOffer(peer: string, { key, peers }: OfferedSnapshot): void {
    if (peers.delete(peer) && peers.size === 0) this.#drop(key)
  }

  #isBetter(a: OfferedSnapshot, b: OfferedSnapshot): boolean {
    const [failuresOfA, failuresOfB] = [this.#leastFailures(a), this.#leastFailures(b)]
    if (failuresOfA !== failuresOfB) return failuresOfA < failuresOfB
    if (a.tries !== b.tries) return a.tries < b.tries
    if (a.snapshot.height !== b.snapshot.height) return a.snapshot.height > b.snapshot.height
    if (a.snapshot.format !== b.snapshot.format) return a.snapshot.format > b.snapshot.format
    return a.peers.size > b.peers.size
  }

  #leastFailures({ peers }: OfferedSnapshot): number {
    let least = Number.POSITIVE_INFINITY
    for (const peer of peers) least = Math.min(least, this.#failuresOf(peer))
    return least
  }

  #failuresOf(peer: string): number {
    return this.#failures.get(peer) ?? 0
  }

  #countOf(peer: string): number {
    let count = 0
    for (const { peers } of this.#offered.values()) if (peers.has(peer)) count++
    return count
  }

  #drop(key: string): void {
    const offered = this.#offered.get(key)
    if (offered === undefined) return
    this.#size -= sizeOf(offered.snapshot)
    this.#offered.delete(key)
  }
}
