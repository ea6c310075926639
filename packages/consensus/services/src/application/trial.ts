/** A block that is tried on the state, and can be taken back until it is committed. */

import type { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import type { WriteLogEntry } from '@wadi/mkvs/roots'
import type { Tree } from '@wadi/mkvs/tree'

function write(tree: Tree, entries: readonly WriteLogEntry[]): void {
  for (const [key, value] of entries) {
    if (value === undefined) tree.remove(key)
    else tree.insert(key, value)
  }
}

/**
 * The changes of a block: in an overlay while rules run, then in the tree itself, whose root hash
 * is needed before anybody knows whether the block will be committed.
 */
export class Trial {
  readonly #tree: Tree
  readonly overlay: Overlay
  /** What the block changes; undefined while rules run. */
  #changes: readonly WriteLogEntry[] | undefined
  /** What the tree held before; undefined while the changes are not in the tree. */
  #before: readonly WriteLogEntry[] | undefined

  constructor(arena: Arena, tree: Tree, overlay = new Overlay(arena, tree)) {
    this.#tree = tree
    this.overlay = overlay
  }

  /** What the block changes. No rule runs any more. */
  get changes(): readonly WriteLogEntry[] {
    this.#changes ??= [...this.overlay.changes()]
    return this.#changes
  }

  /** Puts the changes into the tree. */
  apply(): void {
    if (this.#before !== undefined) return
    this.#before = this.changes.map(([key]) => [key, this.#tree.get(key)] as const)
    write(this.#tree, this.changes)
  }

  /** What the tree held before under the keys that are changed; undefined if it is not applied. */
  get before(): readonly WriteLogEntry[] | undefined {
    return this.#before
  }

  /** Takes the changes out of the tree again. */
  revert(): void {
    if (this.#before === undefined) return
    write(this.#tree, this.#before)
    this.#before = undefined
  }

  /** Gives the memory back; what is in the tree stays there. */
  dispose(): void {
    this.overlay.dispose()
  }
}
