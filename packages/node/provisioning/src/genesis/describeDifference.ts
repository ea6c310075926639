/** Where a text is not what it should be, in the form of a unified difference. */

import { DIFFERENCE_LINES_MAX } from '../limits.ts'

const CONTEXT_LINES = 3

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let count = 0
  while (count < Math.min(a.length, b.length) && a[count] === b[count]) count++
  return count
}

function commonSuffix(a: readonly string[], b: readonly string[], prefix: number): number {
  const max = Math.min(a.length, b.length) - prefix
  let count = 0
  while (count < max && a[a.length - 1 - count] === b[b.length - 1 - count]) count++
  return count
}

function marked(mark: string, lines: readonly string[]): readonly string[] {
  const shown = lines.slice(0, DIFFERENCE_LINES_MAX).map((line) => `${mark}${line}`)
  const rest = lines.length - shown.length
  return rest > 0 ? [...shown, `${mark}… ${rest} more lines`] : shown
}

/**
 * One hunk from the first line that differs to the last one. Documents have many lines, so what
 * is equal in between is not looked for, and long hunks are cut.
 */
export function describeDifference(actual: string, canonical: string): string {
  const [a, b] = [actual.split('\n'), canonical.split('\n')]
  const prefix = commonPrefix(a, b)
  const suffix = commonSuffix(a, b, prefix)
  const start = Math.max(0, prefix - CONTEXT_LINES)
  const [before, after] = [
    a.slice(start, prefix),
    a.slice(a.length - suffix).slice(0, CONTEXT_LINES),
  ]
  const sizeOf = (lines: readonly string[]): number =>
    before.length + lines.length - prefix - suffix + after.length
  return [
    '--- Actual',
    '+++ Canonical',
    `@@ -${start + 1},${sizeOf(a)} +${start + 1},${sizeOf(b)} @@`,
    ...before.map((line) => ` ${line}`),
    ...marked('-', a.slice(prefix, a.length - suffix)),
    ...marked('+', b.slice(prefix, b.length - suffix)),
    ...after.map((line) => ` ${line}`),
    '',
  ].join('\n')
}
