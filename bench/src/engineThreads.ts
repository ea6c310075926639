/** A network of engines in two threads, each of which has half of the validators. */

import { Worker } from 'node:worker_threads'
import { assert, BugError } from '@wadi/base/errors'
import { newMeetingPlaces } from '@wadi/sim/meeting'
import type { HalvesOptions } from './engineHalf.ts'
import type { EngineThreadData, ThreadProgress } from './engineThread.ts'

/** Validators in two threads, which have made their first blocks. */
export interface EngineThreads extends ThreadProgress {
  /** Goes on until all have made as many more blocks. */
  run(blockCount: number): Promise<void>
  close(): Promise<void>
}

/** Makes a network, and has it make a few blocks. What it does follows from the options. */
export async function startThreads(options: HalvesOptions): Promise<EngineThreads> {
  const workers = newMeetingPlaces().map((place) => {
    const workerData: EngineThreadData = { place, options }
    const transferList = [place.port]
    return new Worker(new URL('./engineThread.ts', import.meta.url), { workerData, transferList })
  })
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  let progress: ThreadProgress = { nowMs: 0, blocks: [] }
  let goal = 0
  const run = async (blockCount: number): Promise<void> => {
    goal += blockCount
    const [first, second] = await Promise.all(workers.map((worker) => ask(worker, goal)))
    assert(first !== undefined && second !== undefined, 'both threads answer')
    assert(first.nowMs === second.nowMs, 'both stop at the same moment')
    progress = first
  }
  try {
    await run(2)
  } catch (error) {
    await close()
    throw error
  }
  return {
    get nowMs() {
      return progress.nowMs
    },
    get blocks() {
      return progress.blocks
    },
    run,
    close,
  }
}

function ask(worker: Worker, goal: number): Promise<ThreadProgress> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown) => {
      reject(new BugError(`half of the network ended: ${String(error)}`))
    }
    worker.once('error', onError)
    worker.once('message', (progress: ThreadProgress) => {
      worker.off('error', onError)
      resolve(progress)
    })
    worker.postMessage(goal)
  })
}
