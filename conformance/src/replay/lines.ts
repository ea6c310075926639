/** Lines of a report, and how they stand below each other. */

import { clipPair } from './words.ts'

export type Lines = readonly string[]

const LISTED_MAX = 20
const LABEL_WIDTH = 13
/** Of the column that says whose a value is. */
export const SIDE_WIDTH = 10

/** Lines that belong to the one before. */
export function indented(lines: Lines): Lines {
  return lines.map((line) => (line === '' ? line : `  ${line}`))
}

/** A line of a table. */
export function field(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`
}

/** The first column of a list says what the list is, once. */
export function listed(label: string, items: Lines): Lines {
  const shown = items.slice(0, LISTED_MAX)
  const rest = items.length - shown.length
  const all = rest > 0 ? [...shown, `… and ${rest} more`] : shown
  return all.map((item, i) => field(i === 0 ? label : '', item))
}

/** So many of something. */
export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`
}

/** Two values, one below the other. */
export function besides(recorded: string, ours: string): Lines {
  const [a, b] = clipPair(recorded, ours)
  return [`${'recorded'.padEnd(SIDE_WIDTH)}${a}`, `${'ours'.padEnd(SIDE_WIDTH)}${b}`]
}
