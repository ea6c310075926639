/** The libraries that a program and its libraries need, as files. */

import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { LIBRARIES_MAX } from '../limits.ts'
import { neededLibraries } from './elf.ts'
import { errors } from './errors.ts'
import { readLibraryCache } from './libraryCache.ts'

/** A file, and the names by which it is needed. */
export interface SharedLibrary {
  readonly path: string
  readonly names: readonly string[]
}

const CACHE = '/etc/ld.so.cache'
/** Where loaders look that have no cache. */
const FOLDERS = ['/lib64', '/usr/lib64', '/lib', '/usr/lib', '/lib/x86_64-linux-gnu']

/** Where a library of that name is. */
export type FindLibrary = (name: string) => string | undefined

/** Looks where the loader of this system does. */
function systemLibraries(): FindLibrary {
  const cache = existsSync(CACHE) ? readLibraryCache(readFileSync(CACHE)) : undefined
  return (name) => cache?.get(name) ?? inFolders(name)
}

/** Nothing of the program is run to find them. */
export function resolveLibraries(
  program: string,
  find: FindLibrary = systemLibraries(),
): readonly SharedLibrary[] {
  const found = new Map<string, string>()
  const toRead = [program]
  for (let path = toRead.pop(); path !== undefined; path = toRead.pop()) {
    for (const name of neededLibraries(path)) {
      if (found.has(name)) continue
      const library = find(name)
      if (library === undefined) throw errors.noLibrary(name)
      if (found.size >= LIBRARIES_MAX) throw errors.tooManyLibraries(`${found.size + 1}`)
      found.set(name, library)
      toRead.push(library)
    }
  }
  const byFile = Map.groupBy(found, ([, path]) => realpathSync(path))
  return Array.from(byFile, ([path, names]) => ({ path, names: names.map(([name]) => name) }))
}

function inFolders(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find(existsSync)
}
