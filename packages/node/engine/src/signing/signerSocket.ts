/** Where a signer in another process dials in: a socket in the file system, as with CometBFT. */

import { chmodSync, rmSync } from 'node:fs'
import net from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import type { RemoteSigner } from './remoteSigner.ts'
import { attachSigner } from './signerStream.ts'

/** A socket that listens. */
export interface SignerSocket {
  close(): void
}

const OWNER_ONLY = 0o600

/**
 * Listens at a path, which only its owner may use. A signer that dials in takes the place of the
 * one before: whoever may use the path may sign.
 */
export function listenForSigner(path: string, signer: RemoteSigner): Promise<SignerSocket> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, signer)
  })
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  // What a process that was killed has left there is in the way.
  rmSync(path, { force: true })
  return new Promise((resolve, reject) => {
    server.on('error', (cause) => {
      const message = `signing: cannot listen at ${path}: ${cause.message}; choose another path`
      reject(new UnavailableError('signing.listen', message, { cause }))
    })
    server.listen(path, () => {
      chmodSync(path, OWNER_ONLY)
      resolve({ close })
    })
  })
}

function serve(socket: net.Socket, signer: RemoteSigner): void {
  const { received, ended } = attachSigner(signer, {
    write: (bytes) => void socket.write(bytes),
    close: () => void socket.destroy(),
  })
  socket.on('error', () => undefined)
  socket.on('close', ended)
  socket.on('data', received)
}
