/**
 * What the tree's benchmarks do, the same as `bench/peers/main.go`: 100,000 keys of 32 bytes with
 * values of 64 bytes, written in batches of 1,000 that are one commit each, then as many updates
 * spread over all keys.
 */

import { hash } from 'node:crypto'

export const KEY_COUNT = 100_000
export const BATCH_SIZE = 1_000
export const UPDATE_RUNS = 100

export type Pair = { readonly key: Uint8Array; readonly value: Uint8Array }
export type Batch = readonly Pair[]

export type Workload = {
  readonly keys: readonly Uint8Array[]
  /** The batches that fill an empty tree. */
  readonly load: readonly Batch[]
  /** The batches that overwrite what is there. */
  readonly update: readonly Batch[]
}

/** Prime, so that the updates of a run are spread over all keys. */
const STRIDE = 7919

function valueAt(run: number, i: number): Uint8Array {
  return hash('sha512', `value ${run} ${i}`, 'buffer')
}

let workload: Workload | undefined

/** The workload, made once. */
export function treeWorkload(): Workload {
  if (workload !== undefined) return workload
  const keys = Array.from({ length: KEY_COUNT }, (_, i) => hash('sha512-256', `key ${i}`, 'buffer'))
  const batch = (run: number, keyAt: (place: number) => number): Batch =>
    Array.from({ length: BATCH_SIZE }, (_, i) => ({
      key: keys[keyAt(i)] as Uint8Array,
      value: valueAt(run, i),
    }))
  const loadRuns = KEY_COUNT / BATCH_SIZE
  const load = Array.from({ length: loadRuns }, (_, run) => batch(run, (i) => run * BATCH_SIZE + i))
  const update = Array.from({ length: UPDATE_RUNS }, (_, run) =>
    batch(loadRuns + run, (i) => ((run * BATCH_SIZE + i) * STRIDE) % KEY_COUNT),
  )
  workload = { keys, load, update }
  return workload
}

/** Gives the workload up: the collector would walk over it, whatever is measured next. */
export function forgetTreeWorkload(): void {
  workload = undefined
}

/** Operations per second of the processor while `work` ran. */
export function operationsPerCpuSecond(operations: number, work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (operations * 1e6) / (user + system)
}
