/** Where a value of the configuration stands, in words for whoever has to correct it. */

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What a reader of files knows: where the value with a path such as `a.b` or `a.b[1]` stands. */
export type PositionOf = (path: string) => Position | undefined

/** A path, and what tells where such a path was read from. */
export interface Place {
  readonly path: string
  /** In words; empty where nobody knows. */
  readonly originOf: (path: string) => string
}

/** A place of which the path is all that is known. */
export function placeAt(path: string): Place {
  return { path, originOf: () => '' }
}

/** A place in a file. */
export function placeInFile(path: string, positionOf: PositionOf | undefined): Place {
  const originOf = (each: string): string => {
    const position = positionOf?.(each)
    return position === undefined ? '' : `line ${position.line}, column ${position.column}`
  }
  return { path, originOf }
}

/** A part of what stands at a place: an element, or an entry of a table. */
export function partOf({ path, originOf }: Place, suffix: string): Place {
  return { path: path + suffix, originOf }
}

/** `a.b (line 3, column 5)`. */
export function describePlace({ path, originOf }: Place): string {
  const origin = originOf(path)
  return origin === '' ? path : `${path} (${origin})`
}
