/** Objects in JSON that somebody else wrote. */

/** What they have, whatever it is. */
export type Fields = Readonly<Record<string, unknown>>

/** The object that a value is; nothing if it is none. */
export function asObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined
}

/** The object that a text is; nothing if it is none. */
export function parseObject(text: string): Fields | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
