/** TCP, through `node:net`. */

import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { type NetAddress, splitNetAddress } from '../address/netAddress.ts'
import { ACCEPTED_SOCKETS_MAX, WIRE_WAITING_BYTES_MAX } from '../limits.ts'
import type { DialResult, Endpoint, Sockets, Wire, WireEvents } from './contract.ts'
import { Lingering } from './lingering.ts'

/** Descriptors are the process', so this is of the process too. */
const lingering = new Lingering()

function endpointOf(address: string | undefined, port: number | undefined): Endpoint {
  // Link-local addresses come with the name of an interface.
  const ip = address?.split('%')[0] ?? '0.0.0.0'
  return { ip: parseIp(ip), port: port ?? 0 }
}

class SocketWire implements Wire {
  readonly remote: Endpoint
  readonly #socket: net.Socket
  #isClosed = false
  #isFull = false

  constructor(socket: net.Socket) {
    this.#socket = socket
    this.remote = endpointOf(socket.remoteAddress, socket.remotePort)
    socket.pause()
    socket.on('error', () => undefined)
  }

  open(events: WireEvents): void {
    const socket = this.#socket
    socket.setNoDelay(true)
    let why = 'the other end closed the connection'
    socket.on('data', (bytes: Uint8Array) => {
      if (!this.#isClosed) events.received(bytes)
    })
    socket.on('drain', () => {
      if (!this.#isFull || this.#isClosed) return
      this.#isFull = false
      events.drained()
    })
    socket.on('error', (error) => {
      why = error.message
    })
    socket.on('close', () => {
      if (this.#isClosed) return
      this.#isClosed = true
      events.ended(why)
    })
    socket.resume()
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isClosed || !this.#socket.writable) return true
    this.#socket.write(bytes)
    this.#isFull = this.#socket.writableLength > WIRE_WAITING_BYTES_MAX
    return !this.#isFull
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const socket = this.#socket
    // Who was told nothing has nothing to wait for.
    if (socket.bytesWritten === 0) socket.destroy()
    else lingering.add(socket, printIp(this.remote.ip))
  }

  cut(): void {
    this.#isClosed = true
    this.#socket.destroy()
  }
}

/** Real sockets. */
export const nodeSockets: Sockets = {
  listen({ ip, port }, events, bounds) {
    const server = net.createServer({ pauseOnConnect: true }, (socket) =>
      events.accepted(new SocketWire(socket)),
    )
    server.maxConnections = bounds?.socketsMax ?? ACCEPTED_SOCKETS_MAX
    server.on('drop', () => events.overrun?.())
    let isReady = false
    server.on('error', (cause) => {
      if (isReady) return
      const message = `p2p: cannot listen on ${printIp(ip)}:${port}: ${cause.message}`
      events.failed(new UnavailableError('p2p.listen', message, { cause }))
    })
    server.listen({ host: printIp(ip), port }, () => {
      isReady = true
      const address = server.address() as net.AddressInfo
      events.ready(endpointOf(address.address, address.port))
    })
    return { close: () => void server.close() }
  },

  dial({ ip, port }, answer) {
    const socket = net.connect({ host: printIp(ip), port })
    let isOver = false
    const finish = (result: DialResult) => {
      if (isOver) return
      isOver = true
      answer(result)
    }
    socket.on('error', (error) => finish({ kind: 'failed', why: error.message }))
    socket.on('connect', () => finish({ kind: 'connected', wire: new SocketWire(socket) }))
    return {
      close() {
        if (isOver) return
        isOver = true
        socket.destroy()
      },
    }
  },
}

/** The address of a text whose host may be a name: for what an operator writes, never for peers. */
export async function resolveNetAddress(text: string): Promise<NetAddress> {
  const { id, host, port } = splitNetAddress(text)
  if (net.isIP(host) !== 0) return { id, ip: parseIp(host), port }
  try {
    const { address } = await lookup(host)
    return { id, ip: parseIp(address), port }
  } catch (cause) {
    throw new UnavailableError('p2p.lookup', `p2p: nobody knows the host ${host}`, { cause })
  }
}
