/** TCP, through `node:net`. */

import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { type NetAddress, splitNetAddress } from '../address/netAddress.ts'
import { WIRE_WAITING_BYTES_MAX } from '../limits.ts'
import type { DialResult, Endpoint, Sockets, Wire, WireEvents } from './contract.ts'

/** What is closed may take so long to take the last bytes; then it is cut off. */
const LINGER_MS = 2000

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
    socket.setNoDelay(true)
    socket.pause()
    socket.on('error', () => undefined)
  }

  open(events: WireEvents): void {
    const socket = this.#socket
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
    // What still comes is read and dropped: unread bytes would make the system cut off our last.
    socket.resume()
    socket.end()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    timer.unref()
    socket.on('close', () => clearTimeout(timer))
  }
}

/** Real sockets. */
export const nodeSockets: Sockets = {
  listen({ ip, port }, events) {
    const server = net.createServer((socket) => events.accepted(new SocketWire(socket)))
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
