/** A recorded chain behind the socket of an archive node of ours. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, SILENT } from '@wadi/base/log'
import { zero } from '@wadi/cbor/codec'
import { processClock } from '@wadi/compose/process-world'
import { Status } from '@wadi/consensus/control'
import type { Timers } from '@wadi/contracts/world'
import { Channel } from '@wadi/grpc/channel'
import { GrpcServer } from '@wadi/grpc/server'
import { nodeServices } from '@wadi/node-api/grpc-services'
import { createNodeApi } from '@wadi/node-api/node-api'
import type { RecordedChain } from '../replay/replayChain.ts'
import type { AskNode } from './compareCalls.ts'
import { createArchive } from './recordedArchive.ts'

const timers: Timers = {
  after(ms, run) {
    const timeout = setTimeout(run, ms)
    return { cancel: () => clearTimeout(timeout) }
  },
}

/** An archive that answers until it is closed. */
export interface ServedArchive {
  /** Where it is called. */
  readonly target: string
  readonly ask: AskNode
  close(): Promise<void>
}

/** Puts a chain into an archive, and opens its socket. */
export async function serveArchive(recorded: RecordedChain): Promise<ServedArchive> {
  const { identity } = zero(Status)
  const debug = { enabled: true, allowRoot: true }
  const facts = { softwareVersion: 'archive', mode: 'archive', identity, debug }
  const api = createNodeApi({ source: createArchive(recorded), facts })
  const folder = mkdtempSync(join(tmpdir(), 'wadi-archive-'))
  const path = join(folder, 'internal.sock')
  const failures: unknown[] = []
  const server = await GrpcServer.listen({
    listen: { kind: 'unix', path },
    implementations: nodeServices(api),
    clock: processClock,
    timers,
    logger: createLogger('grpc', SILENT),
    onFailure: (error) => failures.push(error),
  })
  const target = `unix:${path}`
  const channel = new Channel({ target, clock: processClock, timers })
  return {
    target,
    ask: async (method, request) => {
      try {
        return await channel.unary(`/oasis-core.${method}`, request)
      } catch (error) {
        // A bug in an answer is no answer.
        throw failures.pop() ?? error
      }
    },
    close: async () => {
      channel.close()
      await server.close(0)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
