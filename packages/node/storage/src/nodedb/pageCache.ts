/** Pages of files, as many as fit: reading a tree touches the upper nodes again and again. */

import type { OpenFile } from '../files/fileSystem.ts'
import { PAGE_SIZE } from '../limits.ts'

/** How many files there can be: a page is known by file × this + number. */
const PAGES_PER_FILE = 2 ** 28

/** A file whose pages are cached. */
export interface CachedFile {
  readonly id: number
  readonly file: OpenFile
}

/**
 * Two generations: what was used since the last turn, and what was used before that. When the
 * young one is full the old one is dropped. Cheaper than a list in order of use, and as bounded.
 */
export class PageCache {
  readonly #generationPages: number
  #young = new Map<number, Uint8Array>()
  #old = new Map<number, Uint8Array>()
  #nextId = 0
  /** Where the next page is read into. */
  #spare = new Uint8Array(PAGE_SIZE)

  constructor(pagesMax: number) {
    this.#generationPages = Math.max(1, pagesMax >> 1)
  }

  get pageCount(): number {
    return this.#young.size + this.#old.size
  }

  adopt(file: OpenFile): CachedFile {
    return { id: this.#nextId++, file }
  }

  /** Forgets all pages: what is behind the end of a file is something else from here on. */
  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  /** The bytes from `position` to the end of its page or of the file; good until the next call. */
  readOn(source: CachedFile, position: number): Uint8Array {
    const number = Math.floor(position / PAGE_SIZE)
    return this.#page(source, number).subarray(position - number * PAGE_SIZE)
  }

  #page(source: CachedFile, number: number): Uint8Array {
    const key = source.id * PAGES_PER_FILE + number
    let page = this.#young.get(key)
    if (page !== undefined) return page
    page = this.#old.get(key)
    if (page === undefined) {
      const size = source.file.read(this.#spare, number * PAGE_SIZE)
      // The last page of a file may still grow, so it is not kept.
      if (size < PAGE_SIZE) return this.#spare.subarray(0, size)
      page = this.#spare
      this.#spare = new Uint8Array(PAGE_SIZE)
    }
    if (this.#young.size >= this.#generationPages) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, page)
    return page
  }
}
