/**
 * What the stores need of a disk, and nothing else: so that tests and the simulator can put a
 * disk in its place that tears writes, forgets what was not synced, or is full.
 *
 * It is synchronous. A tree is read below the waterline, where nothing waits; and a commit that
 * has to be durable before anybody may hear of it has nothing to do in the meantime.
 * Every failure is an `UnavailableError`: `storage.full` or `storage.io`.
 */

/** A file that is open. Positions are bytes from its beginning. */
export interface OpenFile {
  /** Reads up to `target.length` bytes; returns how many there were. */
  read(target: Uint8Array, position: number): number
  /** Writes all parts one behind the other, or throws. */
  write(parts: readonly Uint8Array[], position: number): void
  /** Returns when everything written so far survives a power cut. */
  sync(): void
  truncate(size: number): void
  size(): number
  close(): void
}

/** A lock on a file. It ends with the process at the latest, however that ends. */
export interface FileLock {
  release(): void
}

/** Files and folders. */
export interface FileSystem {
  /** Opens an existing file for reading. */
  openRead(path: string): OpenFile
  /** Opens a file for reading and writing; makes it if there is none. */
  openWrite(path: string): OpenFile
  /** Names of what is in a folder, in no particular order; none if there is no such folder. */
  list(folder: string): readonly string[]
  exists(path: string): boolean
  makeFolder(path: string): void
  /** Puts a file in the place of another, at once. */
  rename(from: string, to: string): void
  remove(path: string): void
  /** Removes a folder and everything in it. */
  removeFolder(path: string): void
  /** Makes creations, renames and removals in a folder survive a power cut. */
  syncFolder(path: string): void
  /** Locks a file, or returns undefined if somebody else holds it. */
  lock(path: string): FileLock | undefined
  /** Is there a file that somebody has locked? Who locks it meanwhile is not kept from it. */
  isLocked(path: string): boolean
}

/** All of a file that is known to be small. */
export function readWhole(files: FileSystem, path: string): Uint8Array {
  const file = files.openRead(path)
  try {
    const bytes = new Uint8Array(file.size())
    return bytes.subarray(0, file.read(bytes, 0))
  } finally {
    file.close()
  }
}

/**
 * Puts a whole new file at `path`: after a crash there is the old one or the new one.
 * Written beside, synced, renamed, and the folder synced.
 */
export function replaceFile(
  files: FileSystem,
  folder: string,
  name: string,
  content: readonly Uint8Array[],
): void {
  const draft = `${folder}/${name}.tmp`
  if (files.exists(draft)) files.remove(draft)
  const file = files.openWrite(draft)
  try {
    file.write(content, 0)
    file.sync()
  } finally {
    file.close()
  }
  files.rename(draft, `${folder}/${name}`)
  files.syncFolder(folder)
}
