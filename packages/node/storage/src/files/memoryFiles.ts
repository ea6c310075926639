/**
 * A disk in memory that fails on command: it can be full, it can lose power (everything that was
 * not synced survives in part or not at all, and the last write may be torn), and it can refuse
 * one operation. For tests and the simulator; paths are plain names.
 */

import { UnavailableError } from '@wadi/base/errors'
import type { FileLock, FileSystem, OpenFile } from './fileSystem.ts'

/** Picks an integer from 0 up to, not including, `bound`. The simulator's seed stands behind it. */
export type Pick = (bound: number) => number

interface Write {
  readonly position: number
  readonly bytes: Uint8Array
}

/** A write, and how to take it back. */
interface PendingWrite extends Write {
  /** What was at its position, as far as the file went. */
  readonly before: Uint8Array
  readonly sizeBefore: number
}

interface Content {
  /** What the process sees; the first `size` bytes. Behind them are zeros. */
  bytes: Uint8Array
  size: number
  /** Since the last sync, in order. A truncation is a write of nothing. */
  pending: PendingWrite[]
}

type FolderChange =
  | { readonly kind: 'link'; readonly path: string; readonly content: Content }
  | { readonly kind: 'unlink'; readonly path: string }

function overwrite(content: Content, { position, bytes }: Write): void {
  const end = position + bytes.length
  if (end > content.bytes.length) {
    const grown = new Uint8Array(Math.max(end, content.bytes.length * 2))
    grown.set(content.bytes.subarray(0, content.size))
    content.bytes = grown
  }
  content.bytes.set(bytes, position)
  content.size = Math.max(content.size, end)
}

/** Writes what is not synced. */
function writePending(content: Content, write: Write): void {
  const { position, bytes } = write
  const sizeBefore = content.size
  const end = Math.min(position + bytes.length, sizeBefore)
  const before = content.bytes.slice(position, Math.max(position, end))
  content.pending.push({ ...write, before, sizeBefore })
  overwrite(content, write)
}

/** Makes a file shorter, which is not synced. */
function truncatePending(content: Content, size: number): void {
  const sizeBefore = content.size
  const before = content.bytes.slice(size, Math.max(size, sizeBefore))
  content.pending.push({ position: size, bytes: new Uint8Array(0), before, sizeBefore })
  content.bytes.fill(0, size, sizeBefore)
  content.size = Math.min(size, sizeBefore)
}

/** Goes back to what was synced. */
function undoPending(content: Content): void {
  for (const { position, before, sizeBefore } of content.pending.toReversed()) {
    content.bytes.fill(0, sizeBefore, content.size)
    if (before.length > 0) content.bytes.set(before, position)
    content.size = sizeBefore
  }
}

class MemoryFile implements OpenFile {
  readonly #files: MemoryFiles
  readonly #content: Content

  constructor(files: MemoryFiles, content: Content) {
    this.#files = files
    this.#content = content
  }

  read(target: Uint8Array, position: number): number {
    this.#files.checkReadable()
    const { bytes, size } = this.#content
    const found = bytes.subarray(
      position,
      Math.max(position, Math.min(size, position + target.length)),
    )
    target.set(found)
    return found.length
  }

  write(parts: readonly Uint8Array[], position: number): void {
    this.#files.count('write')
    const content = this.#content
    let at = position
    for (const part of parts) {
      // Like a real disk, it writes what fits before it says that it is full.
      const room = Math.min(part.length, this.#files.takeRoom(at + part.length - content.size))
      writePending(content, { position: at, bytes: part.slice(0, room) })
      if (room < part.length)
        throw new UnavailableError('storage.full', 'storage: the disk in memory is full')
      at += part.length
    }
  }

  sync(): void {
    this.#files.count('sync')
    this.#content.pending = []
  }

  truncate(size: number): void {
    this.#files.count('truncate')
    truncatePending(this.#content, size)
  }

  size(): number {
    return this.#content.size
  }

  close(): void {}
}

/** See the top of this file. */
export class MemoryFiles implements FileSystem {
  #entries = new Map<string, Content>()
  #synced = new Map<string, Content>()
  #pending: FolderChange[] = []
  #locks = new Set<string>()
  #room = Number.MAX_SAFE_INTEGER
  #failAfter = Number.MAX_SAFE_INTEGER
  /** Operations so far that change something. */
  operations = 0

  /**
   * Bytes of memory that files take, which is more than they are long: also of those that a power
   * cut would bring back, and of what it would take back.
   */
  get heldBytes(): number {
    const contents = new Set([...this.#entries.values(), ...this.#synced.values()])
    for (const change of this.#pending) if (change.kind === 'link') contents.add(change.content)
    let sum = 0
    for (const { bytes, pending } of contents) {
      sum += bytes.length
      for (const write of pending) sum += write.bytes.length + write.before.length
    }
    return sum
  }

  openRead(path: string): OpenFile {
    const content = this.#entries.get(path)
    if (content === undefined) throw new UnavailableError('storage.io', `storage: no file ${path}`)
    return new MemoryFile(this, content)
  }

  openWrite(path: string): OpenFile {
    let content = this.#entries.get(path)
    if (content === undefined) {
      this.count('create')
      content = { bytes: new Uint8Array(0), size: 0, pending: [] }
      this.#change({ kind: 'link', path, content })
    }
    return new MemoryFile(this, content)
  }

  list(folder: string): readonly string[] {
    const prefix = `${folder}/`
    const names = new Set<string>()
    for (const path of this.#entries.keys())
      if (path.startsWith(prefix)) names.add(path.slice(prefix.length).split('/')[0] ?? '')
    return Array.from(names)
  }

  exists(path: string): boolean {
    return this.#entries.has(path)
  }

  makeFolder(_path: string): void {}

  rename(from: string, to: string): void {
    this.count('rename')
    const content = this.#entries.get(from)
    if (content === undefined) throw new UnavailableError('storage.io', `storage: no file ${from}`)
    this.#change({ kind: 'link', path: to, content })
    this.#change({ kind: 'unlink', path: from })
  }

  remove(path: string): void {
    this.count('remove')
    this.#change({ kind: 'unlink', path })
  }

  removeFolder(path: string): void {
    for (const file of Array.from(this.#entries.keys()))
      if (file.startsWith(`${path}/`)) this.remove(file)
  }

  syncFolder(path: string): void {
    this.count('syncFolder')
    // What was done in other folders may still be lost.
    for (const change of this.#pending)
      if (folderOf(change.path) === path) enter(this.#synced, change)
    this.#pending = this.#pending.filter((change) => folderOf(change.path) !== path)
  }

  lock(path: string): FileLock | undefined {
    if (this.#locks.has(path)) return undefined
    this.#locks.add(path)
    return { release: () => void this.#locks.delete(path) }
  }

  isLocked(path: string): boolean {
    return this.#locks.has(path)
  }

  /** From here on only so many more bytes fit. */
  limitRoom(bytes: number): void {
    this.#room = bytes
  }

  /** The change after so many more fails, and everything that follows it. */
  failAfter(operations: number): void {
    this.#failAfter = this.operations + operations
  }

  /** The process is killed: locks end, what was written stays. */
  kill(): void {
    this.#locks = new Set()
    this.#room = Number.MAX_SAFE_INTEGER
    this.#failAfter = Number.MAX_SAFE_INTEGER
  }

  /** The power goes: of what was not synced a part survives, the last of it perhaps torn. */
  cutPower(pick: Pick): void {
    this.kill()
    const survivors = new Map(this.#synced)
    for (const change of this.#pending.slice(0, pick(this.#pending.length + 1)))
      enter(survivors, change)
    for (const content of new Set(survivors.values())) surviveInPart(content, pick)
    this.#entries = survivors
    this.#synced = new Map(survivors)
    this.#pending = []
  }

  /** For the files themselves: a disk that has failed does not read either. */
  checkReadable(): void {
    if (this.operations > this.#failAfter)
      throw new UnavailableError('storage.io', 'storage: the disk in memory failed to read')
  }

  /** For the files themselves: notes one operation, which may be the one that fails. */
  count(operation: string): void {
    if (this.operations++ >= this.#failAfter)
      throw new UnavailableError('storage.io', `storage: the disk in memory failed to ${operation}`)
  }

  /** For the files themselves: takes room for more bytes; returns less than asked when full. */
  takeRoom(growth: number): number {
    if (growth <= 0) return Number.MAX_SAFE_INTEGER
    const granted = Math.min(growth, this.#room)
    this.#room -= granted
    return granted === growth ? Number.MAX_SAFE_INTEGER : granted
  }

  #change(change: FolderChange): void {
    enter(this.#entries, change)
    this.#pending.push(change)
  }
}

function folderOf(path: string): string {
  const end = path.lastIndexOf('/')
  return end < 0 ? '.' : path.slice(0, end)
}

function enter(entries: Map<string, Content>, change: FolderChange): void {
  if (change.kind === 'link') entries.set(change.path, change.content)
  else entries.delete(change.path)
}

function surviveInPart(content: Content, pick: Pick): void {
  const { pending } = content
  undoPending(content)
  // Pages go to the disk in any order: each write is there, or not, or in part.
  for (const write of pending) {
    const fate = pick(3)
    if (fate === 0) continue
    const size = fate === 1 ? write.bytes.length : pick(write.bytes.length + 1)
    overwrite(content, { position: write.position, bytes: write.bytes.subarray(0, size) })
  }
  content.pending = []
}
