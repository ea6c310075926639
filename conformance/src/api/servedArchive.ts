/** A recorded chain behind the socket of an archive node of ours. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { equalBytes } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { zero } from '@wadi/cbor/codec'
import { processClock } from '@wadi/compose/process-world'
import { Status } from '@wadi/consensus/control'
import { Channel } from '@wadi/grpc/channel'
import { GrpcServer } from '@wadi/grpc/server'
import type { ChainSource } from '@wadi/node-api/chain-source'
import { nodeServices } from '@wadi/node-api/grpc-services'
import { createNodeApi, type NodeApiOptions } from '@wadi/node-api/node-api'
import type { NodeFacts } from '@wadi/node-api/node-facts'
import { followedAnswers } from '@wadi/workers/followed-answers'
import { hostedAnswers } from '@wadi/workers/hosted-answers'
import type { RecordedRound } from '../records.ts'
import type { RecordedChain } from '../replay/replayChain.ts'
import type { AskNode } from './compareCalls.ts'
import { askArchive, followRuntime, roundsOf } from './followedRounds.ts'
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

/** What an archive answers about the runtime of which rounds are recorded. */
async function answersAbout(
  source: ChainSource,
  recorded: Iterable<RecordedRound>,
): Promise<Pick<NodeApiOptions, 'runtimes'>> {
  const rounds = roundsOf(recorded)
  const [first] = rounds
  if (first === undefined) return {}
  const ask = askArchive(source)
  const followed = await followRuntime(source, ask, first)
  for (const round of rounds) followed.keep(round)
  const { answers, watchBlocks } = followedAnswers((id) =>
    equalBytes(id, followed.runtimeId) ? followed : undefined,
  )
  // No program runs here.
  const hosted = hostedAnswers({ ask, isSynced: () => true, find: () => undefined })
  return { runtimes: { answers: { ...answers, ...hosted }, watchBlocks } }
}

const FACTS: NodeFacts = {
  softwareVersion: 'archive',
  mode: 'archive',
  identity: zero(Status).identity,
  debug: { enabled: true, allowRoot: true },
}

/** Puts a chain, and the rounds of its runtime, into an archive, and opens its socket. */
export async function serveArchive(
  recorded: RecordedChain,
  rounds: Iterable<RecordedRound> = [],
): Promise<ServedArchive> {
  const source = createArchive(recorded)
  const api = createNodeApi({ source, facts: FACTS, ...(await answersAbout(source, rounds)) })
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
