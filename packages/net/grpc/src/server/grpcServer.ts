/** A listener that answers calls: gRPC over HTTP/2, and for browsers gRPC-web over either HTTP. */

import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import { HEADER_BYTES_MAX, HEADER_COUNT_MAX } from '../limits.ts'
import { statusError } from '../status.ts'
import { Connection, type Opening } from './connection.ts'
import { Connections } from './connections.ts'
import { Desk } from './desk.ts'
import { accept, type Directory } from './dispatch.ts'
import { Http1Exchange } from './http1Exchange.ts'
import { type GrpcServerOptions, type ListenAddress, SERVER_LIMITS } from './options.ts'
import { SecureSockets } from './secureSockets.ts'
import { listenAtPath, type UnixSocket } from './unixSocket.ts'

/** See the top of this file. */
export class GrpcServer {
  readonly #server: Server
  readonly #desk: Desk
  readonly #connections: Connections
  readonly #opening: Opening
  #path: UnixSocket | undefined

  private constructor(options: GrpcServerOptions) {
    const { listen, implementations, authorize = () => undefined } = options
    const limits = { ...SERVER_LIMITS, ...options.limits }
    this.#desk = new Desk(options, limits)
    const directory: Directory = {
      desk: this.#desk,
      implementations: new Map(implementations.map((one) => [one.name, one])),
      origins: listen.kind === 'tcp' ? listen.web?.origins : undefined,
      authorize,
    }
    this.#connections = new Connections(this.#desk, (exchange) => accept(exchange, directory))
    const http1 = directory.origins === undefined ? undefined : this.#createHttp1(directory)
    this.#opening = describeOpening(listen, http1, limits.callsPerConnection)
    this.#server = createServer((socket) => this.#admit(socket))
    this.#server.on('error', ({ message }) => {
      options.logger.warn('cannot take connections', { why: message })
    })
  }

  /** Begins to listen. */
  static async listen(options: GrpcServerOptions): Promise<GrpcServer> {
    const server = new GrpcServer(options)
    const { listen } = options
    if (listen.kind === 'unix') server.#path = await listenAtPath(server.#server, listen.path)
    else await server.#listenAtPort(listen.host, listen.port)
    return server
  }

  /** The port; zero for a path. */
  get port(): number {
    const address = this.#server.address() as AddressInfo | string | null
    return typeof address === 'object' ? (address?.port ?? 0) : 0
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** What calls hold at the moment. */
  get heldBytes(): number {
    return this.#desk.limits.heldBytes - this.#desk.left
  }

  /**
   * Takes no more calls. Streams end at once, other calls may go on for so long; then the rest is
   * cut off.
   */
  async close(graceMs: number): Promise<void> {
    this.#path?.remove()
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    this.#connections.close()
    for (const call of this.#desk.calls) {
      if (call.isStream) call.fail(statusError('unavailable', 'the server is shutting down'))
    }
    const timer = this.#desk.timers.after(graceMs, () => this.#connections.destroy())
    await this.#connections.ended()
    timer.cancel()
    this.#desk.close()
    this.#connections.forget()
    await closed
  }

  #listenAtPort(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        const message = `grpc: cannot listen at ${host}:${port}: ${cause.message}`
        reject(new UnavailableError('grpc.listen', message, { cause }))
      })
      this.#server.listen({ host, port }, () => resolve())
    })
  }

  #admit(socket: Socket): void {
    const connections = this.#connections
    const { remoteAddress: address = '' } = socket
    const kind = this.#opening.isPath ? 'unix' : 'tcp'
    const caller = this.#desk.callerOf({ kind, address })
    const connection = connections.admit(
      caller,
      () => new Connection(socket, connections, this.#opening, caller),
    )
    if (connection === undefined) socket.destroy()
    else connection.open()
  }

  #createHttp1(directory: Directory): http.Server {
    const server = http.createServer({
      maxHeaderSize: HEADER_BYTES_MAX,
      // How long things may take is watched for both versions alike, in `connections.ts`.
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
    })
    server.maxHeadersCount = HEADER_COUNT_MAX
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.#connections.ofSocket(request.socket)
      if (connection === undefined || connection.isFull) {
        request.socket.destroy()
        return
      }
      connection.begin()
      response.on('close', () => connection.end())
      if (connection.isClosing) response.shouldKeepAlive = false
      accept(new Http1Exchange(request, response, connection.peer), directory)
    })
    return server
  }
}

function describeOpening(
  listen: ListenAddress,
  http1: http.Server | undefined,
  callsMax: number,
): Opening {
  const tls = listen.kind === 'tcp' ? listen.tls : undefined
  const protocols = http1 === undefined ? ['h2'] : ['h2', 'http/1.1']
  const secure = tls && new SecureSockets(tls, protocols)
  return { http1, secure, isPath: listen.kind === 'unix', callsMax }
}
