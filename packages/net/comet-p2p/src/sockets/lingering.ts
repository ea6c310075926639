/** Sockets that were closed and may still send their last bytes. */

import type { Socket } from 'node:net'
import {
  LINGERING_BYTES_MAX,
  LINGERING_MAX,
  LINGERING_MS_MAX,
  LINGERING_PER_IP_MAX,
} from '../limits.ts'

/** They cost descriptors: there are only so many, and the oldest is cut off for the next. */
export class Lingering {
  /** The sockets with the addresses of their other ends, in the order in which they were closed. */
  readonly #sockets = new Map<Socket, string>()

  /** Ends a socket after what was written, as far as the other end still takes it. */
  add(socket: Socket, ip: string): void {
    let receivedBytes = 0
    // What still comes is read and dropped: unread bytes would make the system cut off our last.
    socket.on('data', (bytes: Uint8Array) => {
      receivedBytes += bytes.length
      if (receivedBytes > LINGERING_BYTES_MAX) this.#cut(socket)
    })
    socket.resume()
    socket.end()
    const timer = setTimeout(() => this.#cut(socket), LINGERING_MS_MAX)
    timer.unref()
    this.#sockets.set(socket, ip)
    socket.on('close', () => {
      clearTimeout(timer)
      this.#sockets.delete(socket)
    })
    this.#makeRoom(ip)
  }

  #makeRoom(ip: string): void {
    const all = [...this.#sockets]
    const sameIp = all.filter(([, other]) => other === ip)
    if (sameIp.length > LINGERING_PER_IP_MAX) this.#cut(sameIp[0]![0])
    else if (all.length > LINGERING_MAX) this.#cut(all[0]![0])
  }

  #cut(socket: Socket): void {
    this.#sockets.delete(socket)
    socket.destroy()
  }
}
