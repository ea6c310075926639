/** The socket on which a host waits for one program. */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Timers } from '@wadi/base/timers'
import type { RuntimeFault } from '@wadi/contracts/runtime-host'
import { RuntimeFaultError, unavailable } from '../errors.ts'

/** Names the host's socket in the environment of a program. */
export const HOST_VARIABLE = 'OASIS_WORKER_HOST'

/** What a connection is waited for with. */
interface Expected {
  readonly ms: number
  readonly ended: Promise<string>
  readonly signal: AbortSignal
}

/** Listens in a folder that is nobody else's. The first who connects is the only one. */
export class HostSocket {
  readonly path: string
  readonly #folder: string
  readonly #server: Server
  readonly #connected = Promise.withResolvers<Socket>()

  private constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'host.sock')
    this.#connected.promise.catch(() => undefined)
    this.#server = createServer((socket) => {
      this.#server.close()
      this.#connected.resolve(socket)
    })
    this.#server.maxConnections = 1
  }

  static async listen(): Promise<HostSocket> {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-runtime-'))
    const socket = new HostSocket(folder)
    try {
      await new Promise<void>((resolve, reject) => {
        socket.#server.once('error', reject).listen(socket.path, resolve)
      })
      chmodSync(socket.path, 0o600)
      return socket
    } catch (error) {
      socket.close()
      throw unavailable('socket', `cannot listen at ${socket.path}`, error)
    }
  }

  /** The program's connection, unless it ends before, or takes longer. */
  async accept(timers: Timers, { ms, ended, signal }: Expected): Promise<Socket> {
    const refuse = (detail: string) => {
      const fault: RuntimeFault = { kind: 'no-start', detail }
      this.#connected.reject(new RuntimeFaultError(fault))
    }
    const timer = timers.after(ms, () => refuse('it did not connect in time'))
    const cancel = () => refuse('it is not wanted any more')
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    void ended.then((how) => refuse(`it ended before it connected: ${how}`))
    try {
      return await this.#connected.promise
    } finally {
      timer.cancel()
      signal.removeEventListener('abort', cancel)
    }
  }

  /** Nothing is left but the connection. */
  close(): void {
    this.#server.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
