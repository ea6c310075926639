/** Files that only their owner may read. */

import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { KEY_FILE_BYTES_MAX } from '../limits.ts'

/** Of what only the owner reads. */
const PRIVATE_MODE = 0o600
const BEYOND_OWNER = 0o177

/** What to do about a file that cannot be used. */
function unusable(reason: string, message: string, cause?: unknown): UnavailableError {
  return new UnavailableError(`keyFile.${reason}`, message, { cause })
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function checkPrivate(path: string, mode: number): void {
  // Windows has no such bits: what Node shows there says nothing about who may read.
  if (process.platform === 'win32' || (mode & BEYOND_OWNER) === 0) return
  throw unusable(
    'permissions',
    `${path} has mode ${octal(mode)}: others than its owner can use the key. ` +
      `Make it private: chmod 600 ${path}`,
  )
}

function readOpen(descriptor: number, path: string, checkMode: typeof checkPrivate): Buffer {
  const stat = fstatSync(descriptor)
  const { mode, size } = stat
  if (!stat.isFile()) throw unusable('unreadable', `${path} is not a file`)
  checkMode(path, mode)
  if (size > KEY_FILE_BYTES_MAX) throw unusable('size', `${path} is no key file: ${size} bytes`)
  return readFileSync(descriptor)
}

function readText(path: string, checkMode: typeof checkPrivate): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw unusable('unreadable', `${path} cannot be read`, error)
  }
  try {
    const bytes = readOpen(descriptor, path, checkMode)
    const text = bytes.toString('latin1')
    bytes.fill(0)
    return text
  } finally {
    closeSync(descriptor)
  }
}

/** The text of a private file, or `undefined` if there is none; refused if others may use it. */
export function readPrivateFile(path: string): string | undefined {
  return readText(path, checkPrivate)
}

/** The text of a public file, or `undefined` if there is none. */
export function readPublicFile(path: string): string | undefined {
  return readText(path, () => {})
}

/** Makes a rename or a new name in the directory last. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(dirname(path), 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Is a file on disk when the call returns, or soon? What can be made again need not be waited for:
 * on a busy disk that takes ten milliseconds a file.
 */
export type Durability = 'synced' | 'buffered'

function writeNew(path: string, text: string, durability: Durability): void {
  let descriptor: number
  try {
    descriptor = openSync(path, 'wx', PRIVATE_MODE)
  } catch (error) {
    throw unusable('uncreatable', `${path} cannot be created`, error)
  }
  try {
    writeFileSync(descriptor, text)
    if (durability === 'synced') fsyncSync(descriptor)
  } catch (error) {
    // Half a key would be in the way of the next one.
    rmSync(path, { force: true })
    throw unusable('uncreatable', `${path} cannot be written`, error)
  } finally {
    closeSync(descriptor)
  }
}

/** Creates a private file; one that exists is never replaced. */
export function createPrivateFile(
  path: string,
  text: string,
  durability: Durability = 'synced',
): void {
  writeNew(path, text, durability)
  if (durability === 'synced') syncDirectory(path)
}

/** Writes a private file, all of it or nothing, in place of one that may be there. */
export function replacePrivateFile(
  path: string,
  text: string,
  durability: Durability = 'synced',
): void {
  const next = `${path}.new`
  if (existsSync(next)) rmSync(next)
  writeNew(next, text, durability)
  renameSync(next, path)
  if (durability === 'synced') syncDirectory(path)
}
