/**
 * A server in a process of its own that tells everybody who watches more than anybody can take:
 * `node floodedServer.ts <path> <limits>`. It answers each message of its parent with what it has.
 */

import { assert } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { GrpcServer } from '../server/grpcServer.ts'
import type { ServerStream } from '../server/implement.ts'
import { type FloodedState, TELL_MS, TOLD_BYTES } from './flood.ts'
import { TestService } from './testServer.ts'

const timers: Timers = {
  after(ms, run) {
    const timeout = setTimeout(run, ms)
    return { cancel: () => clearTimeout(timeout) }
  },
}
const [path, limits] = process.argv.slice(2)
assert(path !== undefined && limits !== undefined, 'a path and limits are given')
const service = new TestService()
const failures: unknown[] = []
const server = await GrpcServer.listen({
  listen: { kind: 'unix', path },
  implementations: [service.implementation],
  clock: { unixMs: () => Date.now(), monotonicMs: () => performance.now() },
  timers,
  logger: createLogger('grpc', SILENT),
  onFailure: (error) => failures.push(error),
  limits: JSON.parse(limits),
})

const watching = new Set<ServerStream<Uint8Array>>()
let [streams, toldBytes] = [0, 0]
setInterval(() => {
  // Whoever is gone is not to be held by this program.
  for (const stream of service.streams.splice(0)) {
    watching.add(stream)
    streams++
  }
  // Each is told something of his own: nothing is shared.
  for (const stream of watching)
    if (stream.send(new Uint8Array(TOLD_BYTES))) toldBytes += TOLD_BYTES
    else watching.delete(stream)
}, TELL_MS)

process.on('message', (asked) => {
  if (asked === 'collected') globalThis.gc?.()
  const state: FloodedState = {
    residentBytes: process.memoryUsage().rss,
    heldBytes: server.heldBytes,
    connections: server.connectionCount,
    streams,
    released: service.released,
    toldBytes,
    failures: failures.length,
  }
  process.send?.(state)
})
process.on('disconnect', () => process.exit())
process.send?.('listening')
