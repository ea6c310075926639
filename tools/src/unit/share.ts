/** How test files are ordered and divided among processes. */

import { isSlow } from './findTests.ts'

/** Parts are taken one after the other by whoever is free: guessed times need not be right. */
const PARTS_EACH = 4
/**
 * Slow files are those of real networks and programs, which wait half of their time, and more of
 * it on a busy machine.
 * PERF: all of them take 610 s of processor and, two at a time, 1,300 s of their own.
 */
const SLOW_LANES = 2

export type Division = {
  /** The files of a process each, in the order in which they begin. */
  readonly parts: readonly (readonly string[])[]
  /** How many of the parts run at a time. */
  readonly lanes: number
}

export type DivisionOptions = {
  /** What runs at a time where nothing waits. With one, all files share it. */
  readonly processes: number
  /** Shuffles the order of the files; without it the order only depends on their weights. */
  readonly seed: number | undefined
  weigh(file: string): number
}

/** Quick files share processes, as loading takes longer than they do; a slow one has its own. */
export function divide(
  files: readonly string[],
  { processes, seed, weigh }: DivisionOptions,
): Division {
  const ordered = seed === undefined ? files : shuffle(files, seed)
  const weight = seed === undefined ? weigh : () => 1
  if (processes === 1) return { parts: share(ordered, 1, weight), lanes: 1 }
  const slow = ordered.filter(isSlow)
  const quick = ordered.filter((file) => !isSlow(file))
  const parts = [...slow.map((file) => [file]), ...share(quick, processes * PARTS_EACH, weight)]
  const lanes = slow.length === 0 ? processes : processes * SLOW_LANES
  if (seed !== undefined) return { parts: shuffle(parts, seed), lanes }
  const total = (part: readonly string[]) => part.reduce((sum, file) => sum + weigh(file), 0)
  return { parts: parts.toSorted((a, b) => total(b) - total(a)), lanes }
}

/** Divides the files into `count` shares of about equal weight, heaviest first. */
export function share(
  files: readonly string[],
  count: number,
  weigh: (file: string) => number,
): string[][] {
  const shares = Array.from({ length: count }, () => ({ weight: 0, files: [] as string[] }))
  const byWeight = files.toSorted((a, b) => weigh(b) - weigh(a))
  for (const file of byWeight) {
    const lightest = shares.reduce((best, each) => (each.weight < best.weight ? each : best))
    lightest.weight += weigh(file)
    lightest.files.push(file)
  }
  return shares.map((each) => each.files).filter((each) => each.length > 0)
}

/** A permutation that only the seed decides (Fisher and Yates over a linear congruence). */
export function shuffle<T>(items: readonly T[], seed: number): T[] {
  const shuffled = items.slice()
  let state = seed >>> 0
  for (let i = shuffled.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = Math.floor((state / 2 ** 32) * (i + 1))
    const item = shuffled[i] as T
    shuffled[i] = shuffled[j] as T
    shuffled[j] = item
  }
  return shuffled
}
