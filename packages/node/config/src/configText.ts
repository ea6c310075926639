/** The configuration as a file: the effective one, and an example of one. */

import { documentSection, type EffectiveRow, type OptionRow } from '@wadi/base/config'
import { nodeSections } from './sections/sections.ts'

const INDENT = '    '

interface Line {
  readonly path: string
  readonly text: string
  readonly comments: readonly string[]
}

/** Tables by indentation: the lines of those with the same beginning stand together. */
function formatLines(lines: readonly Line[], place: 'above' | 'behind'): string {
  const written: string[] = []
  let open: readonly string[] = []
  for (const { path, text, comments } of lines) {
    const parts = path.split('.')
    const tables = parts.slice(0, -1)
    let shared = 0
    while (shared < tables.length && open[shared] === tables[shared]) shared++
    for (let i = shared; i < tables.length; i++) written.push(`${INDENT.repeat(i)}${tables[i]}:`)
    open = tables
    const indent = INDENT.repeat(tables.length)
    const behind = place === 'behind' && comments.length > 0 ? ` # ${comments.join('; ')}` : ''
    if (place === 'above') written.push(...comments.map((comment) => `${indent}# ${comment}`))
    written.push(`${indent}${parts.at(-1)}: ${text}${behind}`)
  }
  return `${written.join('\n')}\n`
}

/** The effective configuration: a file that says the same, with the place of each value. */
export function formatEffective(rows: readonly EffectiveRow[]): string {
  const lines = rows.map(({ path, text, origin }) => ({
    path,
    text,
    comments: [origin ?? 'default'],
  }))
  return formatLines(lines, 'behind')
}

/** Every option of a node's file, with its default, as `docs/config.md` lists them. */
export function documentNodeConfig(): readonly OptionRow[] {
  return nodeSections.flatMap((each) => documentSection(each))
}

/** The paths of every option that has a flag. */
export function flagKeys(): readonly string[] {
  return documentNodeConfig().flatMap(({ path, flag }) => (flag === undefined ? [] : [path]))
}

/** A file with every option at its default. */
export function formatExample(): string {
  const lines = documentNodeConfig().map(({ path, doc, fallback = '""' }) => ({
    path,
    text: fallback,
    comments: [doc],
  }))
  return formatLines(lines, 'above')
}
