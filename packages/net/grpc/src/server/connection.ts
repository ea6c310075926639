/** One connection: what it speaks, and how many calls go on in it. */

import type { Server as HttpServer } from 'node:http'
import http2, { type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import {
  HEADER_BYTES_MAX,
  HEADER_COUNT_MAX,
  KEEPALIVE_MS,
  PINGS_IN_VAIN_MAX,
  SESSION_MEGABYTES_MAX,
  SESSION_WINDOW_BYTES,
  STREAM_WINDOW_BYTES,
} from '../limits.ts'
import type { Connections } from './connections.ts'
import type { Peer } from './exchange.ts'
import { Http2Exchange } from './http2Exchange.ts'
import type { SecureSockets } from './secureSockets.ts'

/** What begins a connection of HTTP/2, as far as it tells it from other versions. */
const HTTP2_BEGINNING = Buffer.from('PRI')

/** What a listener makes of its connections. */
export interface Opening {
  /** Speaks HTTP/1.1, where that is allowed. */
  readonly http1: HttpServer | undefined
  readonly secure: SecureSockets | undefined
  readonly isPath: boolean
  readonly callsMax: number
}

/** See the top of this file. */
export class Connection {
  readonly #owner: Connections
  readonly #opening: Opening
  #socket: Socket
  #session: ServerHttp2Session | undefined
  #calls = 0
  #isOpen = false
  #isClosing = false
  #peer: Peer | undefined
  /** What had come when it was asked last, and how often since. */
  #heardBytes = 0
  #inVain = 0

  /** Whose share it counts for, if there are shares. */
  readonly caller: string | undefined

  constructor(socket: Socket, owner: Connections, opening: Opening, caller?: string) {
    this.caller = caller
    this.#socket = socket
    this.#owner = owner
    this.#opening = opening
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEPALIVE_MS)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => owner.closed(this))
  }

  /** Finds out what it speaks. */
  open(): void {
    const { secure, http1 } = this.#opening
    if (secure !== undefined) this.#openSecure(secure)
    else if (http1 === undefined) this.#speakHttp2()
    else this.#sniff(http1, this.#socket)
  }

  /** Who is at the other end. */
  get peer(): Peer {
    this.#peer ??= this.#look()
    return this.#peer
  }

  /** No more calls, please. */
  get isClosing(): boolean {
    return this.#isClosing
  }

  /** The first request or greeting is there: somebody is at the other end who can speak. */
  opened(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#owner.opened(this)
    if (this.#calls === 0) this.#owner.idle(this)
  }

  /** Are there as many calls as there may be? HTTP/2 sees to that by itself. */
  get isFull(): boolean {
    return this.#calls >= this.#opening.callsMax
  }

  /** Does a call go on in it? */
  get isBusy(): boolean {
    return this.#calls > 0
  }

  /** Who vanishes at the other end of a path closes it, and HTTP/1.1 has no questions. */
  get canBeAsked(): boolean {
    return !this.#opening.isPath && this.#session !== undefined
  }

  /**
   * Asks whether somebody is there; false if that was in vain too often. Any byte is an answer: the
   * one to this question may wait behind much else that somebody takes slowly.
   */
  ask(): boolean {
    const session = this.#session
    if (session === undefined || session.destroyed) return false
    const { bytesRead } = this.#socket
    if (bytesRead !== this.#heardBytes) this.#inVain = 0
    if (this.#inVain === PINGS_IN_VAIN_MAX) return false
    this.#heardBytes = bytesRead
    this.#inVain++
    session.ping(() => undefined)
    return true
  }

  begin(): void {
    this.opened()
    this.#calls++
    this.#owner.busy(this)
  }

  end(): void {
    this.#calls--
    if (this.#calls > 0) return
    if (this.#isClosing && this.#session === undefined) this.#socket.end()
    else this.#owner.idle(this)
  }

  /** Ends it when the calls that go on are over. */
  close(): void {
    this.#isClosing = true
    if (this.#session !== undefined) this.#session.close()
    else if (this.#calls === 0) this.#socket.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #look(): Peer {
    const { caller } = this
    if (this.#opening.isPath) return { kind: 'unix', address: '', certificate: undefined, caller }
    const socket = this.#socket
    const certificate =
      socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined
    return { kind: 'tcp', address: socket.remoteAddress ?? '', certificate, caller }
  }

  #openSecure(secure: SecureSockets): void {
    const { http1 } = this.#opening
    secure.secure(this.#socket, (socket) => {
      this.#socket = socket
      socket.on('error', () => socket.destroy())
      if (socket.alpnProtocol === 'h2') this.#speakHttp2()
      else if (http1 === undefined) socket.destroy()
      else this.#speakHttp1(http1, socket)
    })
  }

  #sniff(http1: HttpServer, socket: Socket): void {
    let seen = Buffer.alloc(0)
    const look = (piece: Buffer) => {
      seen = Buffer.concat([seen, piece])
      const known = Math.min(seen.length, HTTP2_BEGINNING.length)
      const isHttp2 = seen.subarray(0, known).equals(HTTP2_BEGINNING.subarray(0, known))
      if (isHttp2 && seen.length < HTTP2_BEGINNING.length) return
      socket.off('data', look)
      socket.pause()
      socket.unshift(seen)
      if (isHttp2) this.#speakHttp2()
      else this.#speakHttp1(http1, socket)
    }
    socket.on('data', look)
  }

  #speakHttp1(http1: HttpServer, socket: Socket): void {
    this.#owner.speaksHttp1(socket, this)
    http1.emit('connection', socket)
    socket.resume()
  }

  #speakHttp2(): void {
    const session = http2.performServerHandshake(this.#socket, {
      maxHeaderListPairs: HEADER_COUNT_MAX,
      maxSessionMemory: SESSION_MEGABYTES_MAX,
      settings: {
        enablePush: false,
        maxConcurrentStreams: this.#opening.callsMax,
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxHeaderListSize: HEADER_BYTES_MAX,
      },
    })
    this.#session = session
    session.setLocalWindowSize(SESSION_WINDOW_BYTES)
    session.on('error', () => session.destroy())
    session.on('remoteSettings', () => this.opened())
    session.on('stream', (stream, headers: IncomingHttpHeaders) => {
      this.begin()
      stream.on('close', () => this.end())
      this.#owner.requested(new Http2Exchange(stream, headers, this.peer))
    })
    if (this.#isClosing) session.close()
  }
}
