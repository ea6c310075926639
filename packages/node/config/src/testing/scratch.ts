/** Folders for tests, gone when the process ends. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A new folder that only its owner can look into. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'node-config-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file with a text, and the folders on the way to it. */
export function writeScratch(path: string, text: string | Uint8Array, mode = 0o600): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, text, { mode })
  return path
}
