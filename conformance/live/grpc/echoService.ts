/** A service whose methods end in every way that calls end, and what runs it. */

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@wadi/base/clock'
import { defineErrors, definePlainErrors } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { text } from '@wadi/cbor/scalars'
import { cborCodec, nothing, rawCodec } from '@wadi/grpc/codec'
import { implement, unimplemented } from '@wadi/grpc/implement'
import { GrpcServer } from '@wadi/grpc/server'
import { serverStream, service, unary } from '@wadi/grpc/service'
import { statusError } from '@wadi/grpc/status'

export const Echo = service('oasis-core.Test', {
  Echo: unary(rawCodec, rawCodec),
  Fail: unary(cborCodec(text), nothing),
  Nothing: unary(nothing, nothing),
  Missing: unary(nothing, nothing),
  Wait: unary(nothing, nothing),
  Watch: serverStream(nothing, rawCodec),
  FailWatching: serverStream(nothing, rawCodec),
})

/** How many messages a stream has, each ten bytes longer than the one before. */
export const WATCHED_COUNT = 1000
const STEP_BYTES = 10

const coded = defineErrors('live', { balanceTooLow: [10, 'balance too low'] })
const plain = definePlainErrors('live', { uncoded: 'has no code' })

/** The time of the process. */
export const PROCESS_CLOCK: Clock = {
  unixMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
export const PROCESS_TIMERS: Timers = {
  after(ms, run) {
    const handle = setTimeout(run, ms)
    return { cancel: () => clearTimeout(handle) }
  },
}

/** A path for a socket, in a folder of its own. */
export function socketPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'wadi-live-')), 'grpc.sock')
}

/** The service; `released` is told when somebody does not wait any more. */
export function echoService(released: () => void) {
  return implement(Echo, {
    Echo: (request) => request,
    Fail: (how) => {
      if (how === 'coded') throw coded.balanceTooLow('ü 50%')
      if (how === 'plain') throw plain.uncoded()
      throw statusError('notFound', 'not here')
    },
    Nothing: () => undefined,
    Missing: unimplemented,
    Wait: (_request, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          released()
          resolve(undefined)
        })
      }),
    Watch: (_request, stream) => {
      void (async () => {
        for (let i = 0; i < WATCHED_COUNT; i++) {
          stream.send(new Uint8Array(i * STEP_BYTES).fill(i))
          await stream.drained()
        }
        stream.end()
      })()
      return released
    },
    FailWatching: () => {
      throw plain.uncoded()
    },
  })
}

/** Serves it at a path. */
export function serveEcho(path: string, released: () => void): Promise<GrpcServer> {
  return GrpcServer.listen({
    listen: { kind: 'unix', path },
    implementations: [echoService(released)],
    clock: PROCESS_CLOCK,
    timers: PROCESS_TIMERS,
    logger: createLogger('grpc', SILENT),
    onFailure: (error) => {
      throw error
    },
  })
}
