/** What the end of an answer to a browser says: header fields, a line each. */

/** Names in lower case. What is no field says nothing; of fields with one name, the last counts. */
export function parseTrailers(text: string): ReadonlyMap<string, string> {
  const fields = text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':')
    if (colon <= 0) return []
    return [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const]
  })
  return new Map(fields)
}
