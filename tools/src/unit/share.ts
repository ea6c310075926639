/** How test files are ordered and divided among processes. */

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
