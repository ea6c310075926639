/** Lines for people. */

/** Names and values, the values under each other. Those without a value are left out. */
export function factLines(
  facts: readonly (readonly [name: string, value: string | bigint | number | undefined])[],
): readonly string[] {
  const told = facts.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...told.map(([name]) => name.length))
  return told.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}

/** Rows under a head, in columns; `none` if there are no rows. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): readonly string[] {
  if (rows.length === 0) return [none]
  const all = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)))
  return all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
}
