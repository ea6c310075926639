/** Lines of text. */

const STEP = '  '

/** The lines, further to the right. */
export function indented(lines: readonly string[], indent: string = STEP): readonly string[] {
  return lines.map((line) => indent + line)
}

/** What would tell a terminal to do something: all but line feeds and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be escaped
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

function escaped(mark: string): string {
  return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A stranger's text that must not look like several lines. */
export function oneLine(text: string): string {
  return text.replaceAll('\n', escaped)
}

/**
 * The lines as a text. Strangers say some of it, and whoever looks at it is about to sign it: it
 * must not move the cursor, or hide what stands before.
 */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line.replace(CONTROL, escaped)}\n`).join('')
}
