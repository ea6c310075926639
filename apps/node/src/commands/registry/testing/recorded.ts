/** What was recorded of the reference, read where it lies; tests are skipped where it is not. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isReferenceAbsent, readReference } from '@wadi/node-config/testing/reference-files'

const DEFAULT_VECTORS = join(import.meta.dirname, '../../../../../../../shared/vectors')
const VECTORS_FOLDER = process.env['WADI_VECTORS'] ?? DEFAULT_VECTORS

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
  if (isReferenceAbsent) return []
  const lines = readReference('recorded-invocations.txt').trim().split('\n')
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
