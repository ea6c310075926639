/** Lines of text. */

const STEP = '  '

/** The lines, further to the right. */
export function indented(lines: readonly string[], indent: string = STEP): readonly string[] {
  return lines.map((line) => indent + line)
}

/** The lines as a text. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
