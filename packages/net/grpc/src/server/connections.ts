/** All connections of a server: how many there may be, and for how long they may do nothing. */

import type { Socket } from 'node:net'
import { Expiry } from '../expiry.ts'
import type { Connection } from './connection.ts'
import type { Desk } from './desk.ts'
import type { Exchange } from './exchange.ts'

/** See the top of this file. */
export class Connections {
  readonly #desk: Desk
  readonly #all = new Set<Connection>()
  /** Those of each caller, the oldest first, where there is a bound on them. */
  readonly #ofCaller = new Map<string, Set<Connection>>()
  readonly #opening: Expiry<Connection>
  readonly #idle: Expiry<Connection>
  /** Those in which a call goes on, until they are asked whether somebody is there. */
  readonly #quiet: Expiry<Connection>
  readonly #http1 = new WeakMap<Socket, Connection>()
  readonly #accept: (exchange: Exchange) => void
  #none: (() => void)[] = []

  constructor(desk: Desk, accept: (exchange: Exchange) => void) {
    this.#desk = desk
    this.#accept = accept
    const { clock, timers, limits } = desk
    const { openingMs, idleMs, quietMs } = limits
    this.#opening = new Expiry({ clock, timers, ms: openingMs, expire: (one) => one.destroy() })
    this.#idle = new Expiry({ clock, timers, ms: idleMs, expire: (one) => one.close() })
    this.#quiet = new Expiry({ clock, timers, ms: quietMs, expire: (one) => this.#ask(one) })
  }

  /**
   * Takes one in. Where there is no room, the one that has done nothing for longest goes; where one
   * caller has too many, the oldest of them in which nothing goes on.
   */
  admit(caller: string | undefined, create: () => Connection): Connection | undefined {
    const { limits, callers } = this.#desk
    const fellows = caller === undefined ? undefined : this.#ofCaller.get(caller)
    if (fellows !== undefined && callers !== undefined && fellows.size >= callers.connectionsMax) {
      const oldest = Array.from(fellows).find(({ isBusy }) => !isBusy)
      if (!this.#letGo(oldest)) return undefined
    }
    if (this.#all.size >= limits.connections)
      if (!this.#letGo(this.#idle.first() ?? this.#opening.first())) return undefined
    const connection = create()
    this.#all.add(connection)
    if (caller !== undefined)
      this.#ofCaller.set(caller, (this.#ofCaller.get(caller) ?? new Set()).add(connection))
    this.#opening.add(connection)
    return connection
  }

  #ask(connection: Connection): void {
    if (connection.ask()) this.#quiet.add(connection)
    else connection.destroy()
  }

  #letGo(connection: Connection | undefined): boolean {
    if (connection === undefined) return false
    connection.destroy()
    this.closed(connection)
    return true
  }

  get size(): number {
    return this.#all.size
  }

  opened(connection: Connection): void {
    this.#opening.delete(connection)
  }

  busy(connection: Connection): void {
    this.#idle.delete(connection)
    if (connection.canBeAsked) this.#quiet.add(connection)
  }

  idle(connection: Connection): void {
    this.#quiet.delete(connection)
    if (this.#all.has(connection)) this.#idle.add(connection)
  }

  closed(connection: Connection): void {
    this.#opening.delete(connection)
    this.#idle.delete(connection)
    this.#quiet.delete(connection)
    this.#all.delete(connection)
    const { caller } = connection
    const fellows = caller === undefined ? undefined : this.#ofCaller.get(caller)
    fellows?.delete(connection)
    if (caller !== undefined && fellows?.size === 0) this.#ofCaller.delete(caller)
    if (this.#all.size > 0) return
    for (const resolve of this.#none.splice(0)) resolve()
  }

  requested(exchange: Exchange): void {
    this.#accept(exchange)
  }

  speaksHttp1(socket: Socket, connection: Connection): void {
    this.#http1.set(socket, connection)
  }

  ofSocket(socket: Socket): Connection | undefined {
    return this.#http1.get(socket)
  }

  /** Ends all of them, after their calls. */
  close(): void {
    for (const connection of this.#all) connection.close()
  }

  /** Ends all of them now. */
  destroy(): void {
    for (const connection of this.#all) connection.destroy()
  }

  /** When there are none any more. */
  ended(): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#none.push(resolve)
    })
  }

  /** Keeps no timers. */
  forget(): void {
    this.#opening.clear()
    this.#idle.clear()
    this.#quiet.clear()
  }
}
