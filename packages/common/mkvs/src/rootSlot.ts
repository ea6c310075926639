/** Where the pointer to a tree's root lies in the kernel's memory. */

import { assert } from '@wadi/base/errors'

/** A tree and its cursors share one, as compaction moves the pointer; a disposed tree has none. */
export class RootSlot {
  #at: number

  constructor(at: number) {
    this.#at = at
  }

  get at(): number {
    assert(this.#at !== 0, 'mkvs: the tree was disposed of')
    return this.#at
  }

  get isOpen(): boolean {
    return this.#at !== 0
  }

  moveTo(at: number): void {
    this.#at = at
  }

  close(): void {
    this.#at = 0
  }
}
