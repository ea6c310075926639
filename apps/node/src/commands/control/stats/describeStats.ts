/** Statistics of a runtime as text and as a table. */

import type { EntityStats, RoundStats, RuntimeStats } from './runtimeStats.ts'

// COMPAT(oasis-core): titles and their order, with what is misspelt.
const COLUMNS: readonly (readonly [title: string, name: keyof EntityStats])[] = [
  ['Elected', 'elected'],
  ['Primary', 'primary'],
  ['Backup', 'backup'],
  ['Proposer', 'proposer'],
  ['Primary invoked', 'primaryInvoked'],
  ['Primary Good commit', 'primaryGood'],
  ['Prim Bad commmit', 'primaryBad'],
  ['Bckp invoked', 'backupInvoked'],
  ['Bckp Good commit', 'backupGood'],
  ['Bckp Bad commit', 'backupBad'],
  ['Primary missed', 'primaryMissed'],
  ['Bckp missed', 'backupMissed'],
]
const HEAD = ['Entity ID', ...COLUMNS.map(([title]) => title)]

function rowsOf({ entities }: RuntimeStats): readonly (readonly string[])[] {
  const sorted = [...entities].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([key, stats]) => [key, ...COLUMNS.map(([, name]) => `${stats[name]}`)])
}

function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2)
  return `${' '.repeat(left)}${text}`.padEnd(width)
}

function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEAD.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]!.length)),
  )
  const line = (cells: readonly string[]) => `|${cells.map((cell) => ` ${cell} `).join('|')}|`
  const head = HEAD.map((title, i) => centred(title.toUpperCase(), widths[i]!))
  const rule = widths.map((width) => '-'.repeat(width + 2))
  const body = rows.map((row) =>
    line(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))),
  )
  return [line(head), `|${rule.join('|')}|`, ...body]
}

function roundLines(rounds: RoundStats): readonly string[] {
  return [
    `Runtime rounds: ${rounds.rounds}`,
    `Successful rounds: ${rounds.successful}`,
    `Epoch transition rounds: ${rounds.epochTransitions}`,
    // COMPAT(oasis-core): counted by nobody.
    'Proposer timeouted rounds: 0',
    `Failed rounds: ${rounds.failed}`,
    `Discrepancies: ${rounds.discrepancies}`,
    `Discrepancies (timeout): ${rounds.discrepanciesByTimeout}`,
    `Suspended: ${rounds.suspended}`,
  ]
}

/** Rounds, then a line for each entity. */
export function describeStats(stats: RuntimeStats): readonly string[] {
  return [...roundLines(stats.rounds), 'Entity stats', ...tableLines(rowsOf(stats))]
}

/** The table with commas. */
export function csvOf(stats: RuntimeStats): string {
  return [HEAD, ...rowsOf(stats)].map((row) => `${row.join(',')}\n`).join('')
}
