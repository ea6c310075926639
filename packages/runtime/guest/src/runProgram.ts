/** A runtime as a program of its own: a process, or a thread of its host. */

import type { Duplex } from 'node:stream'
import { type MessagePort, workerData } from 'node:worker_threads'
import { isTold } from '@wadi/base/errors'
import { connectHost, HOST_VARIABLE } from './connectHost.ts'
import { PortStream } from './portStream.ts'

/** What a host gives a thread that it starts for a runtime. */
export interface HostData {
  readonly hostPort: MessagePort
}

/** The way to whoever started this program; undefined if it was nobody who hosts runtimes. */
async function findHost(): Promise<Duplex | undefined> {
  const data = workerData as Partial<HostData> | null | undefined
  if (data?.hostPort !== undefined) return new PortStream(data.hostPort)
  const path = process.env[HOST_VARIABLE]
  return path === undefined || path === '' ? undefined : connectHost(path)
}

/** Serves the host that started the program. Tells on the standard error why it ends. */
export async function runProgram(serve: (host: Duplex) => Promise<void>): Promise<void> {
  try {
    const host = await findHost()
    if (host === undefined) {
      process.stderr.write(`A node starts this program. It names its socket in ${HOST_VARIABLE}.\n`)
      process.exitCode = 2
      return
    }
    await serve(host)
  } catch (error) {
    if (!isTold(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
