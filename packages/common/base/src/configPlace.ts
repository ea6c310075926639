/** Where a value of the configuration stands, in words for whoever has to correct it. */

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What a reader of files knows: where the value with a path such as `a.b` or `a.b[1]` stands. */
export type PositionOf = (path: string) => Position | undefined

/** What a reader of files knows: the text of a number or a word, letter by letter. */
export type WrittenAs = (path: string) => string | undefined

/** A path, and what tells where such a path was read from. */
export interface Place {
  readonly path: string
  /** In words; empty where nobody knows. */
  readonly originOf: (path: string) => string
  readonly writtenAs?: WrittenAs | undefined
}

/** What is known of a file. */
export interface FileFacts {
  /** Its name, for whoever has to open it. */
  readonly file?: string | undefined
  readonly positionOf?: PositionOf | undefined
  readonly writtenAs?: WrittenAs | undefined
}

/** A place of which the path is all that is known. */
export function placeAt(path: string): Place {
  return { path, originOf: () => '' }
}

/** A place in a file. */
export function placeInFile(path: string, { file, positionOf, writtenAs }: FileFacts): Place {
  const originOf = (each: string): string => {
    const position = positionOf?.(each)
    if (position === undefined) return file ?? ''
    const { line, column } = position
    return file === undefined ? `line ${line}, column ${column}` : `${file}:${line}:${column}`
  }
  return { path, originOf, writtenAs }
}

/** A part of what stands at a place: an element, or an entry of a table. */
export function partOf({ path, ...known }: Place, suffix: string): Place {
  return { ...known, path: path + suffix }
}

/** What is at a name in a table; the outermost table has no path. */
export function entryOf(place: Place, name: string): Place {
  return partOf(place, place.path === '' ? name : `.${name}`)
}

/** `node.yaml:3:5: a.b`. */
export function describePlace({ path, originOf }: Place): string {
  const origin = originOf(path)
  return origin === '' ? path : `${origin}: ${path}`
}
