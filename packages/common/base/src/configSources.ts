/**
 * Values that come from beside the file: variables of the environment and flags. Their names follow
 * from the path of an option, so that nothing is declared twice.
 */

import { errors } from './configOption.ts'
import { type FileFacts, type Place, placeInFile } from './configPlace.ts'

/** Where values come from beside what was read from a file; flags go before the environment. */
export interface Sources extends FileFacts {
  /** The variables of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Arguments such as `--metrics.mode=pull` or `--metrics.mode pull`. */
  readonly flags?: readonly string[]
}

/** A value in place of the file's. */
export interface Override {
  readonly text: string
  readonly place: Place
}

/** The variable of an option: `metrics.listen_port` is `WADI_METRICS_LISTEN_PORT`. */
export function environmentNameOf(path: string): string {
  return `WADI_${path.toUpperCase().replaceAll('.', '_')}`
}

/** The flag of an option: `--metrics.listen_port`. */
export function flagNameOf(path: string): string {
  return `--${path}`
}

/** What flags say, by path. A flag without a value says `true`. */
function parseFlags(args: readonly string[], paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const [, name = args[i]!, value] = /^(--[^=]*)=(.*)$/s.exec(args[i]!) ?? []
    const path = paths.find((each) => flagNameOf(each) === name)
    if (path === undefined) throw errors.unknown(name)
    if (found.has(path)) throw errors.badValue(`${name} is given twice`)
    const next = args[i + 1]
    const isNextValue = value === undefined && next !== undefined && !next.startsWith('--')
    if (isNextValue) i++
    found.set(path, isNextValue ? next : (value ?? 'true'))
  }
  return found
}

/** What flags and the environment say about the options at these paths. */
export function readOverrides(
  { environment = {}, flags = [] }: Sources,
  paths: readonly string[],
): ReadonlyMap<string, Override> {
  const found = new Map<string, Override>()
  const override = (path: string, text: string, name: string): void => {
    found.set(path, { text, place: { path, originOf: () => name } })
  }
  for (const path of paths) {
    const name = environmentNameOf(path)
    const text = Object.hasOwn(environment, name) ? environment[name] : undefined
    if (text !== undefined) override(path, text, name)
  }
  for (const [path, text] of parseFlags(flags, paths)) override(path, text, flagNameOf(path))
  return found
}

/** Where the file has what stands at a path. */
export function filePlace(sources: Sources, path: string): Place {
  return placeInFile(path, sources)
}
