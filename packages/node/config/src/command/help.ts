/** The help of a command, in the layout of the reference's library. */

import type { AnyCommand, CommandGroup, Flag, Flags } from './command.ts'
import { showFallback, wordOf } from './flagKinds.ts'

const GAP = '   '

function leftOf(name: string, flag: Flag): string {
  const head = flag.short === undefined ? '      ' : `  -${flag.short}, `
  return `${head}--${name} ${wordOf(flag)}`.trimEnd()
}

/** Lines for flags, sorted, in two columns. */
export function formatFlags(flags: Flags): readonly string[] {
  const shown = Object.entries(flags)
    .filter(([, { isHidden }]) => isHidden !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const width = Math.max(0, ...shown.map(([name, flag]) => leftOf(name, flag).length))
  return shown.map(([name, flag]) => {
    const fallback = showFallback(flag)
    const end = fallback === '' ? '' : ` (default ${fallback})`
    return `${leftOf(name, flag).padEnd(width)}${GAP}${flag.doc}${end}`
  })
}

function formatCommands(commands: CommandGroup['commands']): readonly string[] {
  const sorted = commands.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const width = Math.max(0, ...sorted.map(({ name }) => name.length))
  return sorted.map(({ name, summary }) => `  ${name.padEnd(width)} ${summary}`)
}

function block(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

/** What `--help` prints where a command line ends. */
export function formatHelp(path: readonly CommandGroup[], command?: AnyCommand): string {
  const group = path.at(-1)!
  const isLeaf = command !== undefined && command !== group.self
  const { summary, details = [], examples = [] } = isLeaf ? command : group
  const names = path.map(({ name }) => name)
  const title = [...names, ...(isLeaf ? [command.name] : [])].join(' ')
  const operands = command?.operands === undefined ? '' : ` ${command.operands}`
  const help: Flag = {
    kind: 'boolean',
    doc: `help for ${title.split(' ').at(-1)}`,
    fallback: false,
    short: 'h',
  }
  const above = isLeaf ? path : path.slice(0, -1)
  const shared = Object.fromEntries(above.flatMap((each) => Object.entries(each.shared)))
  const all = Object.entries({ ...(isLeaf ? {} : group.shared), ...command?.options, help })
  // A flag of the command's own stands before one of the same name that is shared.
  const own = Object.fromEntries(all.filter(([name, flag]) => shared[name] !== flag))
  const global = Object.fromEntries(Object.entries(shared).filter(([name]) => !(name in own)))
  return [
    summary,
    ...(details.length === 0 ? [] : ['', ...details]),
    '',
    'Usage:',
    ...(command === undefined ? [] : [`  ${title}${operands} [flags]`]),
    ...(isLeaf ? [] : [`  ${title} [command]`]),
    ...block(
      'Examples',
      examples.map((line) => `  ${line}`),
    ),
    ...block('Available Commands', isLeaf ? [] : formatCommands(group.commands)),
    ...block('Flags', formatFlags(own)),
    ...block('Global Flags', formatFlags(global)),
    ...(isLeaf
      ? []
      : ['', `Use "${title} [command] --help" for more information about a command.`]),
    '',
  ].join('\n')
}
