/** Runs many seeds, in this thread or in several. */

import { Worker } from 'node:worker_threads'
import { BugError } from '@wadi/base/errors'
import type { SeedOptions } from './runSeed.ts'

/** A seed, and how often it is run. */
export interface SeedTask {
  readonly seed: bigint
  readonly times: 'once' | 'twice'
}

/** What a thread is sent. */
export interface WorkerTask<O = SeedOptions> extends SeedTask {
  readonly options: O
}

/** How seeds are run: here, or by a program in a thread that answers the same. */
export interface SeedRunner<O, R> {
  readonly options: O
  readonly run: (task: WorkerTask<O>) => R | Promise<R>
  readonly thread: URL
}

/**
 * Runs tasks one after the other in each of so many threads; `onResult` hears of each as it ends.
 */
export async function runSeeds<O, R>(
  tasks: Iterable<SeedTask>,
  { jobs, options, run, thread }: SeedRunner<O, R> & { readonly jobs: number },
  onResult: (result: R) => void,
): Promise<void> {
  if (jobs === 1) {
    for (const task of tasks) onResult(await run({ ...task, options }))
    return
  }
  const iterator = tasks[Symbol.iterator]()
  const work = async () => {
    const worker = new Worker(thread)
    try {
      for (let next = iterator.next(); next.done !== true; next = iterator.next())
        onResult(await ask<R>(worker, { ...next.value, options }))
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
}

function ask<R>(worker: Worker, task: WorkerTask<unknown>): Promise<R> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown) => {
      reject(new BugError(`seed ${task.seed} ended its thread: ${String(error)}`))
    }
    worker.once('error', onError)
    worker.once('message', (result: R) => {
      worker.off('error', onError)
      resolve(result)
    })
    worker.postMessage(task)
  })
}
