/** Which name was meant: for whoever mistyped one. */

/** Longer names are not compared: nobody mistypes them by a letter or two. */
const NAME_SIZE_MAX = 100

/** The least number of letters to insert, remove, replace or swap to get from one to the other. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1))
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwapped) least = Math.min(least, before[j - 2]! + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[b.length]!
}

/** The name that is so near to what was written that it was probably meant. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  if (written.length > NAME_SIZE_MAX) return undefined
  const lower = written.toLowerCase()
  let nearest: string | undefined
  let least = Math.max(1, Math.trunc(written.length / 3)) + 1
  for (const name of names) {
    if (Math.abs(name.length - written.length) >= least) continue
    const found = distance(lower, name.toLowerCase())
    if (found < least) [nearest, least] = [name, found]
  }
  return nearest
}
