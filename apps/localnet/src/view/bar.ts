/** A bar of so many characters, filled from the left. */

const [FULL, EMPTY] = ['█', '░']

/** `part` is from 0 to 1. */
export function bar(part: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, part)) * width)
  return FULL.repeat(filled) + EMPTY.repeat(width - filled)
}
