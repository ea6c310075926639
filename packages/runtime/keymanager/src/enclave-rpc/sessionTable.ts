/** Which sessions there are, and which one has to go when there are too many. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { SessionId } from '@wadi/runtime-protocol/enclave-rpc/message'
import { errors } from './errors.ts'
import type { Session } from './session.ts'

/** A session in a table. Whoever works with it says so, and then nobody takes it away. */
export interface Entry {
  readonly peer: string
  readonly id: SessionId
  session: Session
  isBusy: boolean
}

export interface TableLimits {
  readonly countMax: number
  readonly ofPeerMax: number
  readonly staleSeconds: number
}

interface Row<E> {
  readonly entry: E
  usedAt: number
}

/**
 * COMPAT(oasis-core): a peer with as many sessions as it may have loses the one that it has not
 * used for longest. Others lose one only if it is stale; else there is no room.
 */
export class SessionTable<E extends Entry> {
  readonly #limits: TableLimits
  /** In seconds. */
  readonly #now: () => number
  /** The one that was used last is the last, in both. */
  readonly #rows = new Map<string, Row<E>>()
  readonly #peers = new Map<string, Map<string, Row<E>>>()

  constructor(limits: TableLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  get size(): number {
    return this.#rows.size
  }

  /** The session of a peer, which is used now. */
  get(peer: string, id: SessionId): E | undefined {
    const row = this.#rows.get(keyOf(peer, id))
    if (row !== undefined) this.#use(row)
    return row?.entry
  }

  /** A session that nobody works with, with one of these peers, or with any if there are none. */
  findIdle(peers: readonly string[]): E | undefined {
    const row = peers.length === 0 ? firstIdle(this.#rows) : this.#findWith(peers)
    if (row !== undefined) this.#use(row)
    return row?.entry
  }

  /** Makes room for a session with a peer. Gives the one that had to go for it. */
  makeRoom(peer: string): E | undefined {
    return this.#leaveOwn(peer) ?? this.#leaveStale()
  }

  /** There must be room. */
  add(entry: E): void {
    const own = this.#peers.get(entry.peer) ?? new Map<string, Row<E>>()
    const hasRoom = own.size < this.#limits.ofPeerMax && this.#rows.size < this.#limits.countMax
    assert(hasRoom, 'enclaveRpc: there is room for the session')
    const row = { entry, usedAt: this.#now() }
    const key = keyOf(entry.peer, entry.id)
    this.#rows.set(key, row)
    own.set(key, row)
    this.#peers.set(entry.peer, own)
  }

  remove({ peer, id }: Entry): void {
    const key = keyOf(peer, id)
    this.#rows.delete(key)
    const own = this.#peers.get(peer)
    own?.delete(key)
    if (own?.size === 0) this.#peers.delete(peer)
  }

  /** Takes all sessions out. */
  drain(): readonly E[] {
    const entries = [...this.#rows.values()].map(({ entry }) => entry)
    this.#rows.clear()
    this.#peers.clear()
    return entries
  }

  #use(row: Row<E>): void {
    const { peer, id } = row.entry
    const key = keyOf(peer, id)
    row.usedAt = this.#now()
    for (const rows of [this.#rows, this.#peers.get(peer)]) {
      rows?.delete(key)
      rows?.set(key, row)
    }
  }

  /** COMPAT(oasis-core): who is not known here ends the search, whoever comes after. */
  #findWith(peers: readonly string[]): Row<E> | undefined {
    for (const peer of peers) {
      const own = this.#peers.get(peer)
      if (own === undefined) return undefined
      const row = firstIdle(own)
      if (row !== undefined) return row
    }
    return undefined
  }

  #leaveOwn(peer: string): E | undefined {
    const own = this.#peers.get(peer)
    const { ofPeerMax, countMax } = this.#limits
    if (own === undefined || (own.size < ofPeerMax && this.#rows.size < countMax)) return undefined
    const row = firstIdle(own)
    if (row === undefined) throw errors.tooManySessions()
    this.remove(row.entry)
    return row.entry
  }

  #leaveStale(): E | undefined {
    const { countMax, staleSeconds } = this.#limits
    if (this.#rows.size < countMax) return undefined
    const now = this.#now()
    for (const { entry, usedAt } of this.#rows.values()) {
      if (now - usedAt < staleSeconds) break
      if (entry.isBusy) continue
      this.remove(entry)
      return entry
    }
    throw errors.tooManySessions()
  }
}

function keyOf(peer: string, id: SessionId): string {
  return `${peer}/${toHex(id)}`
}

function firstIdle<E extends Entry>(rows: ReadonlyMap<string, Row<E>>): Row<E> | undefined {
  for (const row of rows.values()) if (!row.entry.isBusy) return row
  return undefined
}
