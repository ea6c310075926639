/** Where a signer in another process dials in: a socket in the file system, as with CometBFT. */

import { chmodSync, rmSync } from 'node:fs'
import net from 'node:net'
import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { encodeDelimited, readDelimiter } from '@wadi/protobuf/codec'
import { SIGNER_MESSAGE_BYTES_MAX } from './limits.ts'
import type { RemoteSigner, SignerLink } from './remoteSigner.ts'
import { SignerMessage } from './signerMessages.ts'

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
  let buffer: Uint8Array = EMPTY_BYTES
  const link: SignerLink = {
    send: (message) => void socket.write(encodeDelimited(SignerMessage, message)),
    close: () => void socket.destroy(),
  }
  socket.on('error', () => undefined)
  socket.on('close', () => signer.detach(link))
  socket.on('data', (bytes: Uint8Array) => {
    buffer = concatBytes(buffer, bytes)
    try {
      for (let message = take(); message !== undefined; message = take())
        signer.receive(link, message)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      socket.destroy()
    }
  })
  const take = (): Uint8Array | undefined => {
    const delimiter = readDelimiter(buffer, { sizeMax: SIGNER_MESSAGE_BYTES_MAX })
    const end = delimiter && delimiter.start + delimiter.length
    if (delimiter === undefined || end === undefined || end > buffer.length) return undefined
    const message = buffer.subarray(delimiter.start, end)
    buffer = buffer.subarray(end)
    return message
  }
  signer.attach(link)
}
