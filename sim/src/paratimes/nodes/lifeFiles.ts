/**
 * The disk as one life of a process sees it: what the process had begun goes on for a while in this
 * program when its life is over, and may not reach the disk any more.
 */

import { UnavailableError } from '@wadi/base/errors'
import type { FileLock, FileSystem, OpenFile } from '@wadi/node-storage/file-system'
import type { RuntimeWorkerOptions } from '@wadi/workers/runtime-worker'

/** What a node makes of its trees, and what it drops. */
export type UpkeepChoices = NonNullable<RuntimeWorkerOptions['upkeep']>

/** See the top of this file. */
export class LifeFiles implements FileSystem {
  readonly #files: FileSystem
  readonly #isOver: () => boolean

  constructor(files: FileSystem, isOver: () => boolean) {
    this.#files = files
    this.#isOver = isOver
  }

  openRead(path: string): OpenFile {
    return this.#guarded(this.#own.openRead(path))
  }

  openWrite(path: string): OpenFile {
    return this.#guarded(this.#own.openWrite(path))
  }

  list(folder: string): readonly string[] {
    return this.#own.list(folder)
  }

  exists(path: string): boolean {
    return this.#own.exists(path)
  }

  makeFolder(path: string): void {
    this.#own.makeFolder(path)
  }

  rename(from: string, to: string): void {
    this.#own.rename(from, to)
  }

  remove(path: string): void {
    this.#own.remove(path)
  }

  removeFolder(path: string): void {
    this.#own.removeFolder(path)
  }

  syncFolder(path: string): void {
    this.#own.syncFolder(path)
  }

  lock(path: string): FileLock | undefined {
    return this.#own.lock(path)
  }

  isLocked(path: string): boolean {
    return this.#own.isLocked(path)
  }

  get #own(): FileSystem {
    this.#check()
    return this.#files
  }

  #check(): void {
    if (this.#isOver()) throw new UnavailableError('sim.over', 'the process is gone')
  }

  #guarded(file: OpenFile): OpenFile {
    const check = () => this.#check()
    return {
      read: (target, position) => {
        check()
        return file.read(target, position)
      },
      write: (parts, position) => {
        check()
        file.write(parts, position)
      },
      sync: () => {
        check()
        file.sync()
      },
      truncate: (size) => {
        check()
        file.truncate(size)
      },
      size: () => {
        check()
        return file.size()
      },
      close: () => file.close(),
    }
  }
}
