/**
 * Runtimes as threads of this process: for ParaTimes that are values of this house, and are
 * believed as much as the node. A thread that hangs or dies is contained; what it may read is not.
 */

import { MessageChannel, Worker } from 'node:worker_threads'
import type { Timers } from '@wadi/base/timers'
import { PortStream } from '@wadi/runtime-guest/portStream'
import type { HostData } from '@wadi/runtime-guest/runProgram'
import { RuntimeFaultError } from '../errors.ts'
import type { LaunchedProgram, Launcher, OutputSink } from '../launcher.ts'
import { CONNECT_MS, WORKER_HEAP_BYTES_MAX, WORKER_YOUNG_BYTES_MAX } from '../limits.ts'

const BYTES_PER_MB = 1_048_576

/** What threads are started with. */
export interface WorkerOptions {
  readonly timers: Timers
  /** Milliseconds until the program must listen. */
  readonly connectMs?: number
  /** Bytes of memory of JavaScript that a thread may take before it is ended. */
  readonly heapBytesMax?: number
}

/** Starts a program of ours in a thread. It finds its port where `runProgram` looks. */
export function workerLauncher(
  program: URL,
  { timers, connectMs = CONNECT_MS, heapBytesMax = WORKER_HEAP_BYTES_MAX }: WorkerOptions,
): Launcher {
  const launch = async (output: OutputSink, signal: AbortSignal) => {
    const { port1, port2 } = new MessageChannel()
    const stream = new PortStream(port1)
    // It may go wrong before anybody reads, who then hears of it.
    stream.on('error', () => undefined)
    const thread = startThread(program, { hostPort: port2 }, { output, heapBytesMax })
    const late = Promise.withResolvers<never>()
    const timer = timers.after(connectMs, () => late.reject(noStart('it did not start in time')))
    const cancel = () => late.reject(noStart('it is not wanted any more'))
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    const gone = thread.ended.then((how) => Promise.reject(noStart(how)))
    gone.catch(() => undefined)
    try {
      await Promise.race([stream.opened.catch(() => gone), late.promise, gone])
    } catch (error) {
      stream.destroy()
      thread.kill()
      await thread.ended
      throw error
    } finally {
      timer.cancel()
      signal.removeEventListener('abort', cancel)
    }
    return { stream, ...thread }
  }
  return { kind: 'worker', launch }
}

function noStart(detail: string): RuntimeFaultError {
  return new RuntimeFaultError({ kind: 'no-start', detail })
}

function startThread(
  program: URL,
  hostData: HostData,
  { output, heapBytesMax }: { readonly output: OutputSink; readonly heapBytesMax: number },
): Pick<LaunchedProgram, 'ended' | 'kill'> {
  const worker = new Worker(program, {
    workerData: hostData,
    transferList: [hostData.hostPort],
    env: {},
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: heapBytesMax / BYTES_PER_MB,
      maxYoungGenerationSizeMb: WORKER_YOUNG_BYTES_MAX / BYTES_PER_MB,
    },
  })
  let failure: string | undefined
  worker.on('error', (error) => {
    failure = String(error)
  })
  for (const each of [worker.stdout, worker.stderr]) each.on('data', output)
  const ended = new Promise<string>((resolve) => {
    worker.once('exit', (code) => resolve(failure ?? `exit code ${code}`))
  })
  const kill = () => {
    // It may have ended already, or end at any time.
    worker.terminate().catch(() => undefined)
  }
  return { ended, kill }
}
