/**
 * The socket at which an engine, such as the CometBFT binary, finds the application. Whoever can
 * connect drives the application: it listens where only the engine is.
 */

import { rmSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '@wadi/base/clock'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { InstrumentsOf, MetricsRegistry } from '@wadi/base/metrics'
import type { Application } from '@wadi/contracts/application'
import { decode, encodeDelimited } from '@wadi/protobuf/codec'
import { type AnswerQuery, answerRequest, NO_QUERIES } from './answerRequest.ts'
import { FrameReader } from './frames.ts'
import { CONNECTIONS_MAX, UNSENT_BYTES_MAX } from './limits.ts'
import { Request } from './messages/request.ts'
import { Response } from './messages/response.ts'
import { abciMetrics } from './metrics.ts'
import { parseServerAddress, type ServerAddress } from './serverAddress.ts'

const MS_PER_SECOND = 1_000

/** What a server runs with. */
export interface AbciServerOptions {
  /** `tcp://host:port` or `unix://path`. */
  readonly address: string
  readonly application: Application
  readonly query?: AnswerQuery
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  /** Is told once what the application threw: it answers nothing more. */
  readonly onFailure: (error: unknown) => void
}

/** Answers the questions of an engine, those of a connection in their order. */
export class AbciServer {
  readonly #options: AbciServerOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #counted: InstrumentsOf<typeof abciMetrics>
  /** What the application threw. */
  #failure: string | undefined

  private constructor(options: AbciServerOptions) {
    this.#options = options
    this.#counted = options.metrics.register(abciMetrics)
    this.#server = createServer((socket) => this.#accept(socket))
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  /** Begins to listen. */
  static async listen(options: AbciServerOptions): Promise<AbciServer> {
    const address = parseServerAddress(options.address)
    const server = new AbciServer(options)
    if (address.kind === 'unix') await removeStale(address.path)
    await server.#listen(address)
    return server
  }

  /** The port; zero for a path. */
  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Ends all connections as soon as their answers are sent, and listens no more. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    for (const socket of this.#sockets) socket.destroySoon()
    await closed
  }

  #listen(address: ServerAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        const { address: text } = this.#options
        reject(new UnavailableError('abci.listen', `abci: cannot listen at ${text}`, { cause }))
      })
      this.#server.listen(address, () => resolve())
    })
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    this.#counted.connections.set(this.#sockets.size)
    const { logger } = this.#options
    const frames = new FrameReader()
    socket.setNoDelay(true)
    socket.on('data', (piece: Buffer) => this.#receive(socket, frames, piece))
    socket.on('drain', () => socket.resume())
    socket.on('error', (error) => logger.warn('lost an engine', { why: error.message }))
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.#counted.connections.set(this.#sockets.size)
    })
  }

  /** Answers all whole messages of a piece with one write. */
  #receive(socket: Socket, frames: FrameReader, piece: Uint8Array): void {
    socket.cork()
    try {
      for (const frame of frames.push(piece)) {
        if (!this.#answer(socket, frame)) return
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#refuse(socket, error)
    } finally {
      socket.uncork()
    }
    if (socket.writableLength > UNSENT_BYTES_MAX) socket.pause()
  }

  /** Answers a question; false if it is the last one. What is no question throws. */
  #answer(socket: Socket, frame: Uint8Array): boolean {
    const request = decode(Request, frame)
    if (this.#failure !== undefined && request.kind !== 'flush') {
      this.#say(socket, { kind: 'exception', body: { error: this.#failure } })
      hangUp(socket)
      return false
    }
    const { application, clock, query = NO_QUERIES } = this.#options
    const begun = clock.monotonicMs()
    try {
      this.#say(socket, answerRequest(application, request, query))
    } catch (error) {
      this.#fail(socket, error)
      return false
    }
    const seconds = (clock.monotonicMs() - begun) / MS_PER_SECOND
    this.#counted.requestSeconds.observe(seconds, { method: request.kind })
    return true
  }

  #say(socket: Socket, response: Response): void {
    socket.write(encodeDelimited(Response, response))
  }

  /** The engine sent what is no question: only its connection ends. */
  #refuse(socket: Socket, error: CodedError): void {
    this.#counted.failures.add(1)
    this.#options.logger.warn('refused a message of an engine', { why: error.message })
    this.#say(socket, { kind: 'exception', body: { error: error.message } })
    hangUp(socket)
  }

  /** The application stops, whatever the reason; the engine is told, and stops too. */
  #fail(socket: Socket, error: unknown): void {
    this.#counted.failures.add(1)
    const why = error instanceof Error ? error.message : String(error)
    this.#failure = why
    this.#options.logger.error('the application stopped', { why })
    this.#say(socket, { kind: 'exception', body: { error: why } })
    hangUp(socket)
    this.#options.onFailure(error)
  }
}

/**
 * Ends a connection as soon as its answers are sent; what else comes is thrown away. It is read
 * nevertheless: closing with bytes unread is a reset, in which the last answer may be lost.
 */
function hangUp(socket: Socket): void {
  socket.removeAllListeners('data')
  socket.resume()
  socket.end()
}

/** A socket whose process was killed stays behind as a file. */
async function removeStale(path: string): Promise<void> {
  const isServed = await new Promise<boolean>((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
  if (isServed) throw new UnavailableError('abci.taken', `abci: somebody listens at ${path}`)
  rmSync(path, { force: true })
}
