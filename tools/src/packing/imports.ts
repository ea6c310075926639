/** What modules import, and so which modules are needed. */

import { posix } from 'node:path'

const IMPORT = /\b(?:from\s+|import\s+|import\s*\(\s*|import\.meta\.resolve\()['"]([\w@./:-]+)['"]/g
const PACKAGE = /^(@[^/]+\/[^/]+|[^./][^/:]*)(?:\/|$)/
const EXTENSION = /(\.d)?\.[jt]s$/

/** The names that a text imports from, as they are written. */
export function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map(([, name]) => name!)
}

/** The package that a name belongs to; nothing for a file and for what is Node's own. */
export function packageOf(name: string): string | undefined {
  return name.startsWith('node:') ? undefined : PACKAGE.exec(name)?.[1]
}

/** The packages that texts import, in the order of the alphabet. */
export function importedPackages(texts: Iterable<string>): readonly string[] {
  const names = new Set<string>()
  for (const text of texts) {
    for (const name of importsOf(text)) {
      const found = packageOf(name)
      if (found !== undefined) names.add(found)
    }
  }
  return [...names].sort((a, b) => (a < b ? -1 : 1))
}

/**
 * The modules that `entries` need, themselves included: paths without an extension. `exports` says
 * which module a name such as `@wadi/base/bytes` is.
 */
export function neededModules(
  entries: readonly string[],
  exports: ReadonlyMap<string, string>,
  textsOf: (module: string) => readonly string[],
): ReadonlySet<string> {
  const needed = new Set(entries)
  for (const module of needed) {
    for (const name of textsOf(module).flatMap(importsOf)) {
      const isFile = name.startsWith('.')
      const path = isFile
        ? posix.join(posix.dirname(module), name).replace(EXTENSION, '')
        : exports.get(name)
      if (path !== undefined) needed.add(path)
    }
  }
  return needed
}
