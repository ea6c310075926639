/** What processes have of memory, while a network runs. */

import type { NodeProcess } from '@wadi/compose/testing/node-process'

const MEGABYTE = 1_000_000

/** Medians of the two halves of a series, after it has warmed up. */
export interface Trend {
  readonly early: number
  readonly late: number
  readonly most: number
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

/** Halves what is left of a series without its first quarter, in which a process grows. */
export function trendOf(series: readonly number[]): Trend {
  const warm = series.slice(series.length >> 2)
  const half = warm.length >> 1
  const [early, late] = [median(warm.slice(0, half)), median(warm.slice(half))]
  return { early, late, most: Math.max(0, ...series) }
}

/** Looks at all processes from time to time. */
export class ResidentMemory {
  readonly #nodes: readonly NodeProcess[]
  readonly #series: readonly number[][]

  constructor(nodes: readonly NodeProcess[]) {
    this.#nodes = nodes
    this.#series = nodes.map(() => [])
  }

  look(): void {
    for (const [i, node] of this.#nodes.entries()) {
      const bytes = node.isRunning ? node.memoryBytes() : undefined
      if (bytes !== undefined) this.#series[i]!.push(Math.round(bytes / MEGABYTE))
    }
  }

  /** Of each process, in megabytes. */
  get trends(): readonly Trend[] {
    return this.#series.map(trendOf)
  }
}
