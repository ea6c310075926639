/** Calls from a host to a runtime and back. Microseconds of the clock, the best of a few rows. */

import { fileURLToPath } from 'node:url'
import { createLogger, SILENT } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { Namespace } from '@wadi/primitives/namespace'
import { HostedProgram } from '@wadi/runtime-host/hosted-program'
import { processLauncher } from '@wadi/runtime-host/process-launcher'
import { workerLauncher } from '@wadi/runtime-host/worker-launcher'
import type { Partner, Scenario } from '../src/scenario.ts'

const PROGRAM = new URL(import.meta.resolve('@wadi/runtime-guest/programs/keyvalue'))
const START_MS = 60_000
const ROWS = 10
const CALLS_PER_ROW = 200
const MICROSECONDS = 1000
const ping = { kind: 'RuntimePingRequest', body: {} } as const

type Launcher = ConstructorParameters<typeof HostedProgram>[0]['launcher']

async function startRuntime(name: string, launcher: Launcher): Promise<Partner> {
  const hosted = new HostedProgram({
    host: { runtimeId: Namespace.zero, consensusChainContext: '', localConfig: new Map() },
    version: { major: 0, minor: 0, patch: 0 },
    checksVersion: 'yes',
    launcher,
    serve: () => ({ kind: 'Error', body: { module: 'unknown', code: 1, message: 'no' } }),
    world: {
      clock: processClock,
      timers: nodeTimers,
      random: processRandom,
      log: createLogger('runtime', SILENT),
      onBug: (error) => {
        throw error
      },
    },
  })
  hosted.start()
  await hosted.call(ping, { deadlineMs: START_MS })
  const row = async () => {
    const begunMs = performance.now()
    for (let i = 0; i < CALLS_PER_ROW; i++) await hosted.call(ping)
    return ((performance.now() - begunMs) * MICROSECONDS) / CALLS_PER_ROW
  }
  return {
    name,
    async round() {
      let best = await row()
      for (let i = 1; i < ROWS; i++) best = Math.min(best, await row())
      return best
    },
    close: () => void hosted.stop(),
  }
}

/** The goal is that of the runtime layer. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'runtime-host/round-trip',
    unit: 'microseconds a call',
    yardstick: 'process',
    goals: [
      { contender: 'process', atMost: 200 },
      { contender: 'worker', atMost: 200 },
    ],
    rounds: 3,
    async create() {
      const options = { timers: nodeTimers, connectMs: START_MS }
      const program = { path: process.execPath, args: [fileURLToPath(PROGRAM)] }
      return [
        await startRuntime('process', processLauncher(program, options)),
        await startRuntime('worker', workerLauncher(PROGRAM, options)),
      ]
    },
  },
]
