/**
 * Text that others wrote: titles, names, errors. A terminal obeys control characters, and some
 * letters turn the order of what follows, so that people would read something else.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const REPLACEMENT = '\ufffd'

/** The text without what a terminal would obey. Ends of lines and tabulators stay. */
export function plainText(text: string): string {
  return text.replace(COMMANDS, REPLACEMENT)
}

/** The same in one line. */
export function plainLine(text: string): string {
  return plainText(text.replace(/\s+/g, ' '))
}
