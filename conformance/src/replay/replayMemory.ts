/**
 * A process of its own, for `slow-replayMemory.test.ts`: replays the chain of a folder as often as
 * it is told, and prints after each time, as a line of JSON, what the process holds.
 */

import { assert } from '@wadi/base/errors'
import { services } from '@wadi/consensus-services/services'
import { replayChain } from './replayChain.ts'

/** What a process holds, in bytes, after one more replay. */
export interface ReplayMemory {
  /** What the operating system counts. */
  readonly resident: number
  /** Living objects and the trees' memory, early in the chain and at its end. */
  readonly early: number
  readonly late: number
}

/** Trees and caches are filled by then. */
const EARLY_BLOCK = 100

async function livingBytes(): Promise<number> {
  assert(globalThis.gc !== undefined, 'the process runs with --expose-gc')
  // What WebAssembly holds is only given back by the second time.
  for (let i = 0; i < 2; i++) await globalThis.gc({ type: 'major', execution: 'async' })
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function replayOnce(folder: string): Promise<ReplayMemory> {
  let blocks = 0
  let early = 0
  let late = 0
  const steps = replayChain(folder, { services, compare: 'batches' })
  for (const { height, differences } of steps) {
    assert(differences.length === 0, `block ${height} is identical`)
    blocks++
    if (blocks === EARLY_BLOCK) early = await livingBytes()
    // Not when the chain is over: its trees are gone then.
    else if (blocks % EARLY_BLOCK === 0) late = await livingBytes()
  }
  assert(late > 0, 'the chain is long enough')
  return { resident: process.memoryUsage.rss(), early, late }
}

const [folder = '', times = '1'] = process.argv.slice(2)
for (let i = 0; i < Number(times); i++)
  process.stdout.write(`${JSON.stringify(await replayOnce(folder))}\n`)
