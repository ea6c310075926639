/** TLS on connections that are there already. */

import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { ServerTls } from './options.ts'

/** What both ends of a connection are called: the same with TLS and without. */
function nameOf({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`
}

/** See the top of this file. */
export class SecureSockets {
  readonly #server: Server
  readonly #waiting = new Map<string, (secured: TLSSocket) => void>()

  constructor({ key, certificate, clients }: ServerTls, protocols: readonly string[]) {
    this.#server = createServer({
      key,
      cert: certificate,
      minVersion: 'TLSv1.2',
      requestCert: clients === 'asked',
      // Nodes' certificates are signed by themselves: `authorize` looks at the key.
      rejectUnauthorized: false,
      ALPNProtocols: [...protocols],
    })
    this.#server.on('secureConnection', (socket) => this.#waiting.get(nameOf(socket))?.(socket))
  }

  /** Shakes hands. If that fails, the socket closes. */
  secure(socket: Socket, then: (secured: TLSSocket) => void): void {
    const name = nameOf(socket)
    this.#waiting.set(name, (secured) => {
      this.#waiting.delete(name)
      then(secured)
    })
    socket.on('close', () => this.#waiting.delete(name))
    this.#server.emit('connection', socket)
  }
}
