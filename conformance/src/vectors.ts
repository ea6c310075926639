/**
 * Recorded reality, read where it lies. Whoever reads a file through this module is written down,
 * so that a run can say which files nobody looked at.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseNdjson } from './ndjson.ts'

const DEFAULT_FOLDER = join(import.meta.dirname, '../../../shared/vectors')

/** The folder that `WADI_VECTORS` names; it need not exist. */
export function vectorsFolder(): string {
  return process.env['WADI_VECTORS'] ?? DEFAULT_FOLDER
}

/** Are there vectors at all? Runners skip their tests when not, and the run says so at its end. */
export function areVectorsPresent(): boolean {
  return existsSync(vectorsFolder())
}

const filesRead = new Set<string>()

/** The bytes of a vector file; `path` is relative to the folder and uses `/`. */
export function readVector(path: string): Uint8Array {
  const bytes = readFileSync(join(vectorsFolder(), path))
  filesRead.add(path)
  return bytes
}

/** A JSON vector file. */
export function readJson<T>(path: string): T {
  return JSON.parse(Buffer.from(readVector(path)).toString('utf8')) as T
}

/** The records of an `.ndjson.gz` file, one after the other. */
export function readNdjson<T>(path: string): Generator<T> {
  return parseNdjson<T>(readVector(path))
}

/** Is there such a file? Asking is not reading. */
export function hasVector(path: string): boolean {
  return existsSync(join(vectorsFolder(), path))
}

/** The names in a folder of the vectors, sorted; none when the folder is absent. */
export function listFolder(path: string): readonly string[] {
  const folder = join(vectorsFolder(), path)
  if (!existsSync(folder)) return []
  return readdirSync(folder).sort((a, b) => (a < b ? -1 : 1))
}

/** The recorded chains, by name. */
export function listChains(): readonly string[] {
  return listFolder('chains').filter((name) => hasVector(`chains/${name}/blocks.ndjson.gz`))
}

/** Every file below the folder, relative, with `/`. */
export function listFiles(): readonly string[] {
  if (!areVectorsPresent()) return []
  return readdirSync(vectorsFolder(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(vectorsFolder(), join(entry.parentPath, entry.name)))
    .map((path) => path.split(sep).join('/'))
    .sort((a, b) => (a < b ? -1 : 1))
}

/** The files that were read so far. */
export function listFilesRead(): ReadonlySet<string> {
  return filesRead
}
