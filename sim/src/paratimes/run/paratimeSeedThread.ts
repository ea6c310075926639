/** A thread that runs seeds with ParaTimes. */

import { parentPort } from 'node:worker_threads'
import type { WorkerTask } from '../../run/seedPool.ts'
import type { ParatimePlanOptions } from '../plan/createParatimePlan.ts'
import { runParatimeSeed } from './runParatimeSeed.ts'

parentPort?.on('message', ({ seed, times, options }: WorkerTask<ParatimePlanOptions>) => {
  // What is thrown ends the thread, which whoever asks hears.
  void runParatimeSeed(seed, options, times).then((result) => parentPort?.postMessage(result))
})
