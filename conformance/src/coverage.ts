/**
 * The last word of a conformance run: were all vector files read or excused by name?
 * Imported by every runner; says its line when the process ends.
 */

import { writeFileSync } from 'node:fs'
import { excuses } from './excuses.ts'
import { areVectorsPresent, listFiles, listFilesRead } from './vectors.ts'

/** What a run has looked at. */
export interface Coverage {
  readonly read: number
  readonly excused: number
  readonly unread: readonly string[]
}

/** Sorts every vector file into read, excused and unread. A file that was read needs no excuse. */
export function coverageOf(files: readonly string[], read: ReadonlySet<string>): Coverage {
  const rest = files.filter((file) => !read.has(file))
  const unread = rest.filter((file) => !excuses.some(({ matches }) => matches.test(file)))
  return { read: files.length - rest.length, excused: rest.length - unread.length, unread }
}

/** The closing line of a run, and whether the run may pass. */
export function closingLine(
  coverage: Coverage | undefined,
  required: boolean,
): { readonly line: string; readonly passes: boolean } {
  if (coverage === undefined) return { line: 'vectors absent: 0 read', passes: !required }
  const { read, excused, unread } = coverage
  const wanted = read + unread.length
  const rest = unread.map((file) => `\n  not read and not excused: ${file}`).join('')
  const line = `${read} of ${wanted} vector files read, ${excused} excused by name${rest}`
  return { line, passes: unread.length === 0 && (read > 0 || !required) }
}

// A run of a part reads a part: only the whole run, which says so, is held to reading everything.
if (process.env['WADI_CONFORMANCE'] === 'whole') {
  process.once('exit', () => {
    const coverage = areVectorsPresent() ? coverageOf(listFiles(), listFilesRead()) : undefined
    const { line, passes } = closingLine(coverage, process.env['WADI_VECTORS_REQUIRED'] === '1')
    process.stdout.write(`${line}\n`)
    if (!passes) process.exitCode = 1
  })
}

// The status page asks each runner which files it has read.
const listPath = process.env['WADI_VECTORS_LIST']
if (listPath !== undefined)
  process.once('exit', () => writeFileSync(listPath, JSON.stringify([...listFilesRead()])))
