/** Runs many seeds, in this thread or in several. */

import { Worker } from 'node:worker_threads'
import { BugError } from '@wadi/base/errors'
import { runSeed, type SeedOptions, type SeedResult } from './runSeed.ts'

/** A seed, and how often it is run. */
export interface SeedTask {
  readonly seed: bigint
  readonly times: 'once' | 'twice'
}

/** What a thread is sent. */
export interface WorkerTask extends SeedTask {
  readonly options: SeedOptions
}

/**
 * Runs tasks one after the other in each of so many threads; `onResult` hears of each as it ends.
 */
export async function runSeeds(
  tasks: Iterable<SeedTask>,
  { jobs, options }: { readonly jobs: number; readonly options: SeedOptions },
  onResult: (result: SeedResult) => void,
): Promise<void> {
  if (jobs === 1) {
    for (const { seed, times } of tasks) onResult(runSeed(seed, options, times))
    return
  }
  const iterator = tasks[Symbol.iterator]()
  const work = async () => {
    const worker = new Worker(new URL('./seedWorker.ts', import.meta.url))
    try {
      for (let next = iterator.next(); next.done !== true; next = iterator.next())
        onResult(await ask(worker, { ...next.value, options }))
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
}

function ask(worker: Worker, task: WorkerTask): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown) => {
      reject(new BugError(`seed ${task.seed} ended its thread: ${String(error)}`))
    }
    worker.once('error', onError)
    worker.once('message', (result: SeedResult) => {
      worker.off('error', onError)
      resolve(result)
    })
    worker.postMessage(task)
  })
}
