/** The real disk, through `node:fs`. */

import fs from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UnavailableError } from '@wadi/base/errors'
import { LOCK_WAIT_MS } from '../limits.ts'
import type { FileLock, FileSystem, OpenFile } from './fileSystem.ts'

/** What the disk said, as the world's fault, in words. */
function diskError(path: string, cause: unknown): UnavailableError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new UnavailableError(
      'storage.full',
      `storage: the disk under ${path} is full (${code})`,
      {
        cause,
      },
    )
  return new UnavailableError('storage.io', `storage: the disk failed at ${path} (${code})`, {
    cause,
  })
}

const PRIVATE_MODE = 0o600
/** SQLite's number for "somebody else holds the lock". */
const SQLITE_BUSY = 5

function guard<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw cause instanceof UnavailableError ? cause : diskError(path, cause)
  }
}

class NodeFile implements OpenFile {
  readonly #path: string
  readonly #descriptor: number

  constructor(path: string, flags: string | number) {
    this.#path = path
    this.#descriptor = guard(path, () => fs.openSync(path, flags, PRIVATE_MODE))
  }

  read(target: Uint8Array, position: number): number {
    return guard(this.#path, () => {
      let done = 0
      while (done < target.length) {
        const rest = target.length - done
        const count = fs.readSync(this.#descriptor, target, done, rest, position + done)
        if (count === 0) break
        done += count
      }
      return done
    })
  }

  write(parts: readonly Uint8Array[], position: number): void {
    guard(this.#path, () => {
      let left = parts.filter((part) => part.length > 0)
      let at = position
      while (left.length > 0) {
        let count = fs.writevSync(this.#descriptor, left, at)
        at += count
        // A write may stop short of its end; the next one says why, or goes on.
        const rest: Uint8Array[] = []
        for (const part of left) {
          if (count >= part.length) count -= part.length
          else {
            rest.push(part.subarray(count))
            count = 0
          }
        }
        left = rest
      }
    })
  }

  sync(): void {
    guard(this.#path, () => fs.fdatasyncSync(this.#descriptor))
  }

  truncate(size: number): void {
    guard(this.#path, () => fs.ftruncateSync(this.#descriptor, size))
  }

  size(): number {
    return guard(this.#path, () => fs.fstatSync(this.#descriptor).size)
  }

  close(): void {
    guard(this.#path, () => fs.closeSync(this.#descriptor))
  }
}

/** A lock whose database nobody refers to would be collected as garbage, and so end. */
const held = new Set<DatabaseSync>()

/**
 * SQLite would make a file that others can read. One that is there is not opened: closing it again
 * would let go of the lock that this process may have on it.
 */
function makePrivate(path: string): void {
  try {
    fs.closeSync(fs.openSync(path, 'wx', PRIVATE_MODE))
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
  }
}

/** Runs statements on a file that is a lock; undefined if somebody else's keeps it from that. */
function openLock(path: string, waitMs: number, statements: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path)
  try {
    database.exec(`PRAGMA busy_timeout=${waitMs}; PRAGMA journal_mode=MEMORY; ${statements}`)
    return database
  } catch (cause) {
    database.close()
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)
      return undefined
    throw cause
  }
}

/**
 * Node has no file locks of its own; SQLite, which comes with it, does: an exclusive transaction
 * on an empty database is a kernel lock on that file. It ends with the process, even a killed one,
 * and nothing is ever written into the file. A file with a process id in it would survive a crash.
 */
function lockFile(path: string): FileLock | undefined {
  return guard(path, () => {
    makePrivate(path)
    const database = openLock(path, LOCK_WAIT_MS, 'PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
    if (database === undefined) return undefined
    held.add(database)
    return {
      release: () => {
        held.delete(database)
        database.close()
      },
    }
  })
}

/** A reader is kept out by who holds the lock; who takes it waits for as long as it reads. */
function isLocked(path: string): boolean {
  if (!exists(path)) return false
  const database = guard(path, () => openLock(path, 0, 'SELECT * FROM sqlite_schema'))
  database?.close()
  return database === undefined
}

/**
 * Is there something? A disk that cannot tell has failed: who takes a file for missing makes a new
 * one in its place, be it the last signature of a validator.
 */
function exists(path: string): boolean {
  return guard(path, () => fs.statSync(path, { throwIfNoEntry: false }) !== undefined)
}

function syncFolder(path: string): void {
  // Windows cannot open folders; it keeps their entries in its own journal.
  if (process.platform === 'win32') return
  const descriptor = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** The file system of this machine. */
export const nodeFiles: FileSystem = {
  openRead: (path) => new NodeFile(path, 'r'),
  openWrite: (path) => new NodeFile(path, fs.constants.O_RDWR | fs.constants.O_CREAT),
  list: (folder) => guard(folder, () => (exists(folder) ? fs.readdirSync(folder) : [])),
  exists,
  makeFolder: (path) =>
    guard(path, () => {
      const first = fs.mkdirSync(path, { recursive: true, mode: 0o700 })
      if (first === undefined) return
      // What is synced in a folder is lost with the folder, unless that is an entry of its own.
      for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made))
        syncFolder(dirname(made))
    }),
  rename: (from, to) => guard(to, () => fs.renameSync(from, to)),
  removeFolder: (path) => guard(path, () => fs.rmSync(path, { recursive: true, force: true })),
  remove: (path) => guard(path, () => fs.rmSync(path, { force: true })),
  syncFolder: (path) => guard(path, () => syncFolder(path)),
  lock: lockFile,
  isLocked,
}
