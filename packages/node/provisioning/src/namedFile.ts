/** Files that an operator names: read with a bound, written as a whole, told about in sentences. */

import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { toUtf8 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { parseJson } from '@wadi/cbor/json'
import type { Schema } from '@wadi/cbor/schema'
import { type FileSystem, replaceFile } from '@wadi/node-storage/file-system'
import { errors } from './errors.ts'
import { DESCRIPTOR_FILE_BYTES_MAX, REASON_SIZE_MAX } from './limits.ts'

/** A file, and what it should be, for those who have to find another one. */
export interface NamedFile {
  readonly path: string
  /** What is in it: `the descriptor of an entity`. */
  readonly what: string
  /** What to do if it is not: `make one with …`. */
  readonly remedy: string
  readonly bytesMax?: number
}

function unavailable(reason: string, sentence: string, cause?: unknown): UnavailableError {
  return new UnavailableError(`provisioning.${reason}`, sentence, { cause })
}

/** The file's text. */
export function readNamed(files: FileSystem, named: NamedFile): string {
  const { path, remedy, bytesMax = DESCRIPTOR_FILE_BYTES_MAX } = named
  if (!files.exists(path)) throw unavailable('missing', `${path} does not exist; ${remedy}`)
  return decodeText(named, readBounded(files, named, bytesMax))
}

/** PERF: the platform's decoder takes 0.008 of the time of the one that rules have. */
function decodeText({ path, what, remedy }: NamedFile, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw errors.badFile(`${path} is not ${what} (it is not UTF-8); ${remedy}`)
  }
}

function readBounded(files: FileSystem, { path, what }: NamedFile, bytesMax: number): Uint8Array {
  try {
    const file = files.openRead(path)
    try {
      const size = file.size()
      if (size > bytesMax)
        throw errors.tooLarge(`${path} has ${size} bytes, ${bytesMax} are possible; name ${what}`)
      const bytes = new Uint8Array(size)
      return bytes.subarray(0, file.read(bytes, 0))
    } finally {
      file.close()
    }
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    throw unavailable('unreadable', `${path} cannot be read; name ${what} that can`, error)
  }
}

/** A file that says something else than it should. Any other error is somebody else's. */
export function badFile({ path, what, remedy }: NamedFile, error: unknown): CodedError {
  if (!(error instanceof CodedError)) throw error
  const why = error.message.slice(0, REASON_SIZE_MAX)
  return errors.badFile(`${path} is not ${what} (${why}); ${remedy}`)
}

/** What `read` makes of something out of the file; refusals name the file. */
export function fromFile<T>(named: NamedFile, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw badFile(named, error)
  }
}

/** The value in a file of JSON. */
export function readNamedJson<T>(files: FileSystem, named: NamedFile, schema: Schema<T>): T {
  const text = readNamed(files, named)
  return fromFile(named, () => parseJson(schema, text))
}

/** Refuses a path whose folder is not there, before anything is made for it. */
export function requireFolderOf(files: FileSystem, path: string): void {
  const folder = dirname(path)
  if (!files.exists(folder))
    throw unavailable('noFolder', `${folder} does not exist; make it, or name another folder`)
}

/** What a path stands for: another one that it links to, or something that is no file. */
function targetOf(path: string): string | 'stream' {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return path
  return stat.isFile() ? realpathSync(path) : 'stream'
}

/**
 * Puts a text at a path, all of it or nothing, for the eyes of its owner. Where a terminal, a pipe
 * or a device is, the text goes into it: nothing takes its place.
 */
export function writeNamed(files: FileSystem, path: string, text: string): void {
  requireFolderOf(files, path)
  try {
    const target = targetOf(path)
    if (target === 'stream') writeFileSync(path, text)
    else replaceFile(files, dirname(target), basename(target), [toUtf8(text)])
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof UnavailableError || code === undefined) throw error
    throw unavailable('unwritable', `${path} cannot be written (${code}); name another`, error)
  }
}
