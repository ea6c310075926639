/** What was recorded of the reference, read where it lies; tests are skipped where it is not. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SHARED = join(import.meta.dirname, '../../../../../../../shared')

/** The folder about the reference's program. */
export const SPEC_FOLDER = process.env['WADI_NODE_SPEC'] ?? join(SHARED, 'spec/oasis-node')
const VECTORS_FOLDER = process.env['WADI_VECTORS'] ?? join(SHARED, 'vectors')

/** Is nothing recorded here? */
export const isSpecAbsent = !existsSync(SPEC_FOLDER)

/** A recorded file. */
export function readSpec(path: string): string {
  return readFileSync(join(SPEC_FOLDER, path), 'utf8')
}

/** The names of the recorded networks, and how each began. */
export function recordedGenesis(): readonly (readonly [name: string, text: string])[] {
  const folder = join(VECTORS_FOLDER, 'chains')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => [name, readFileSync(join(folder, name, 'genesis.json'), 'utf8')])
}

/** The words of each recorded command line that begins with these. A value may have blanks. */
export function recordedInvocations(...start: readonly string[]): readonly (readonly string[])[] {
  if (isSpecAbsent) return []
  const lines = readSpec('recorded-invocations.txt').trim().split('\n')
  return lines.flatMap((line) => {
    const [command = '', ...flags] = line.slice(line.indexOf('args="') + 6, -1).split(/ (?=--)/)
    const words = command.split(' ')
    if (!start.every((word, i) => words[i] === word)) return []
    const rest = flags.flatMap((flag) => {
      const [, name, , value] = /^(\S+)( (.*))?$/.exec(flag)!
      return value === undefined ? [name!] : [name!, value]
    })
    return [[...words, ...rest]]
  })
}
