/** A thread with half of a network of engines; see `engineThreads.ts`. */

import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '@wadi/base/errors'
import type { Tidings } from '@wadi/sim/half-network'
import { Meeting, type MeetingPlace } from '@wadi/sim/meeting'
import { createHalf, type HalvesOptions, passUntil } from './engineHalf.ts'

/** What a thread is made of. */
export interface EngineThreadData {
  readonly place: MeetingPlace
  readonly options: HalvesOptions
}

/** How far a thread has come. */
export interface ThreadProgress {
  /** Milliseconds since the network began. */
  readonly nowMs: number
  /** Hashes of all blocks, from the first height. */
  readonly blocks: readonly string[]
}

const { place, options } = workerData as EngineThreadData
const meeting = new Meeting(place)
const half = createHalf(place.side, options)

function exchange(mine: Tidings): Tidings {
  return meeting.exchange(mine, mine.letters === undefined ? [] : [mine.letters])
}

assert(parentPort !== null, 'this is a thread')
const parent = parentPort
parent.on('message', (goal: number) => {
  const turns = passUntil(half, goal)
  for (let turn = turns.next(); turn.done !== true; ) turn = turns.next(exchange(turn.value))
  const { nowMs } = half.network.time
  const progress: ThreadProgress = { nowMs, blocks: half.heights.blocks }
  parent.postMessage(progress)
})
