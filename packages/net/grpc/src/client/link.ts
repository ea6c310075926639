/** The connection of a channel: made when it is needed, and again when it was lost. */

import http2, { type ClientHttp2Session } from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'
import { UnavailableError } from '@wadi/base/errors'
import type { Timer } from '@wadi/base/timers'
import { SESSION_WINDOW_BYTES, STREAM_WINDOW_BYTES } from '../limits.ts'
import type { ChannelLimits, ChannelOptions } from './options.ts'
import { parseTarget, type Target } from './target.ts'

const BACKOFF_FACTOR = 2

/** Somebody who waits for a connection. */
interface Waiting {
  readonly resolve: (session: ClientHttp2Session) => void
  readonly reject: (error: UnavailableError) => void
  readonly isPatient: boolean
  /** Does it not wait any more? */
  readonly isOver: () => boolean
}

/** See the top of this file. */
export class Link {
  readonly #options: ChannelOptions
  readonly #limits: ChannelLimits
  readonly #target: Target
  #session: ClientHttp2Session | undefined
  #connecting: ClientHttp2Session | undefined
  #waiting = new Set<Waiting>()
  #backoffMs = 0
  #timer: Timer | undefined
  #failure: UnavailableError | undefined
  #isClosed = false

  constructor(options: ChannelOptions, limits: ChannelLimits) {
    this.#options = options
    this.#limits = limits
    this.#target = parseTarget(options.target)
  }

  /** The connection, if there is one right now. */
  get session(): ClientHttp2Session | undefined {
    return this.#session
  }

  /** A connection. The patient wait until there is one; others hear what went wrong. */
  connect({
    isPatient,
    isOver,
  }: Pick<Waiting, 'isPatient' | 'isOver'>): Promise<ClientHttp2Session> {
    if (this.#session !== undefined) return Promise.resolve(this.#session)
    if (this.#isClosed) return Promise.reject(this.#error('the channel is closed'))
    if (!isPatient && this.#timer !== undefined && this.#failure !== undefined)
      return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.add({ resolve, reject, isPatient, isOver })
      if (this.#connecting === undefined && this.#timer === undefined) this.#dial()
    })
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#session?.close()
    this.#session = undefined
    this.#connecting?.destroy()
    this.#settle(this.#error('the channel is closed'), () => true)
  }

  #error(why: string, cause?: unknown): UnavailableError {
    const message = `grpc: cannot reach ${this.#options.target}: ${why}`
    return new UnavailableError('grpc.unavailable', message, { cause })
  }

  #dial(): void {
    const { timers } = this.#options
    const session = http2.connect(this.#authority(), {
      createConnection: () => this.#openSocket(),
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    })
    this.#connecting = session
    let why: Error = this.#error('it does not answer')
    const limit = timers.after(this.#limits.connectMs, () => session.destroy())
    session.on('error', (error) => {
      why = error
    })
    session.on('close', () => {
      limit.cancel()
      this.#lost(session, why)
    })
    session.on('goaway', () => this.leave(session))
    session.on('connect', (_session, socket) => {
      try {
        this.#verify(socket)
      } catch (error) {
        session.destroy(error instanceof Error ? error : undefined)
        return
      }
      limit.cancel()
      // It may have been given up while it was looked at, or just before.
      if (session.destroyed) return
      session.setLocalWindowSize(SESSION_WINDOW_BYTES)
      this.#found(session)
    })
  }

  #authority(): string {
    const scheme = this.#options.tls === undefined ? 'http' : 'https'
    if (this.#target.kind === 'unix') return `${scheme}://localhost`
    const { host, port } = this.#target
    return `${scheme}://${net.isIPv6(host) ? `[${host}]` : host}:${port}`
  }

  #openSocket(): net.Socket {
    const { tls: secure } = this.#options
    const place =
      this.#target.kind === 'unix'
        ? { path: this.#target.path }
        : { host: this.#target.host, port: this.#target.port }
    if (secure === undefined) {
      const socket = net.connect(place)
      socket.setNoDelay(true)
      return socket
    }
    return tls.connect({
      ...place,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: secure.verify === undefined,
      ...(this.#target.kind === 'tcp' && net.isIP(this.#target.host) === 0
        ? { servername: this.#target.host }
        : {}),
      ...(secure.key === undefined ? {} : { key: secure.key, cert: secure.certificate }),
    })
  }

  #verify(socket: net.Socket): void {
    const verify = this.#options.tls?.verify
    if (verify === undefined) return
    const certificate = (socket as tls.TLSSocket).getPeerX509Certificate?.()?.raw
    if (certificate === undefined) throw this.#error('it shows no certificate')
    verify(certificate)
  }

  #found(session: ClientHttp2Session): void {
    this.#connecting = undefined
    this.#session = session
    this.#backoffMs = 0
    this.#failure = undefined
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const { resolve } of waiting) resolve(session)
  }

  /** The server wants no more calls on it; those that go on may end. */
  leave(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined
  }

  #lost(session: ClientHttp2Session, why: Error): void {
    this.leave(session)
    if (this.#connecting !== session) return
    this.#connecting = undefined
    if (this.#isClosed) return
    const { reconnectMsMin, reconnectMsMax } = this.#limits
    const next = Math.max(reconnectMsMin, this.#backoffMs * BACKOFF_FACTOR)
    this.#backoffMs = Math.min(reconnectMsMax, next)
    this.#failure = why instanceof UnavailableError ? why : this.#error(why.message, why)
    this.#timer = this.#options.timers.after(this.#backoffMs, () => {
      this.#timer = undefined
      this.#settle(this.#error('nobody waits'), ({ isOver }) => isOver())
      if (this.#waiting.size > 0) this.#dial()
    })
    this.#settle(this.#failure, ({ isPatient }) => !isPatient)
  }

  #settle(error: UnavailableError, matches: (waiting: Waiting) => boolean): void {
    for (const waiting of [...this.#waiting].filter(matches)) {
      this.#waiting.delete(waiting)
      waiting.reject(error)
    }
  }
}
