/** Where the host of a process is. */

import { connect, type Socket } from 'node:net'
import { UnavailableError } from '@wadi/base/errors'
import { CONNECT_TIMEOUT_MS } from './limits.ts'

/** Names the socket on which the host of a process listens, in its environment. */
export const HOST_VARIABLE = 'OASIS_WORKER_HOST'

/** Connects to the host at a path. */
export function connectHost(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const fail = (why: string, cause?: unknown) => {
      socket.destroy()
      reject(new UnavailableError('guest.no-host', `guest: no host at ${path}: ${why}`, { cause }))
    }
    const timer = setTimeout(() => fail('it does not answer'), CONNECT_TIMEOUT_MS)
    socket.once('error', (error) => fail(error.message, error))
    socket.once('close', () => clearTimeout(timer))
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}
