/** A thread that runs seeds. */

import { parentPort } from 'node:worker_threads'
import { runSeed } from './runSeed.ts'
import type { WorkerTask } from './seedPool.ts'

parentPort?.on('message', ({ seed, times, options }: WorkerTask) => {
  parentPort?.postMessage(runSeed(seed, options, times))
})
