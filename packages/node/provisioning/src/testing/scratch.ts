/** Folders for tests, gone when the process ends. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = mkdtempSync(join(tmpdir(), 'provisioning-'))
process.once('exit', () => rmSync(root, { recursive: true, force: true }))

/** A new folder that only its owner can look into, gone when the process ends. */
export function scratchFolder(): string {
  return mkdtempSync(join(root, 'folder-'))
}

/** Writes a file of a folder and gives its path. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

/** Every file of a folder and what is in it: to see that nothing was touched. */
export function snapshotOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).toSorted((a, b) => (a < b ? -1 : 1))
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}
