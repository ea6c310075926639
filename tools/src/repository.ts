/** Where the repository is, and which files it has. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository, with a closing slash. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))

const SKIPPED = new Set(['node_modules', '.git', '.cache', 'dist'])

/** Every file below `folder`, as paths relative to the root with `/`, in byte order. */
export function listFiles(folder = ''): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true })
  const paths = entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (SKIPPED.has(entry.name)) return []
    return entry.isDirectory() ? listFiles(path) : [path]
  })
  return paths.sort((a, b) => (a < b ? -1 : 1))
}
