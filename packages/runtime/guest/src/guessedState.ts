/**
 * A tree of which not all nodes are here, as a function sees it that is run again and again until
 * they are. Each run would end at the first node that is missing, and a batch of a thousand
 * transfers misses thousands. So a run may guess: what is missing is taken for absent and noted,
 * and what comes out of that run is thrown away.
 * PERF: whoever reads 1,500 keys of a state of 5,000 pairs, of which none is here, is run 4 times
 * and asks twice; it was 132 runs and 131 questions.
 */

import { concatBytes, equalBytes, toHex } from '@wadi/base/bytes'
import { MissingNodeError } from '@wadi/mkvs/nodeReader'
import type { Cursor, State } from '@wadi/mkvs/state'
import type { Tree } from '@wadi/mkvs/tree'
import { GUESSED_KEYS_MAX } from './limits.ts'

/**
 * A lookup of what is not there ends elsewhere, under the beginning of another key. With this it is
 * no beginning of a key any more: nobody wants all that begin with it.
 */
const REST = new Uint8Array(8)

/** See the top of this file. */
export class GuessedState implements State {
  readonly tree: Tree
  #missed: Map<string, Uint8Array> | undefined

  constructor(tree: Tree) {
    this.tree = tree
  }

  /** From here on it guesses. */
  beginGuess(): void {
    this.#missed = new Map()
  }

  /** It does not any more; by which keys one comes to all that was missed. */
  endGuess(): readonly Uint8Array[] {
    const missed = [...(this.#missed?.values() ?? [])]
    this.#missed = undefined
    return missed
  }

  get(key: Uint8Array): Uint8Array | undefined {
    try {
      return this.tree.get(key)
    } catch (error) {
      if (this.#missed === undefined || !(error instanceof MissingNodeError)) throw error
      const way = equalBytes(error.key, key) ? key.slice() : concatBytes(error.key, REST)
      if (this.#missed.size < GUESSED_KEYS_MAX) this.#missed.set(toHex(way), way)
      return undefined
    }
  }

  insert(key: Uint8Array, value: Uint8Array): void {
    this.tree.insert(key, value)
  }

  remove(key: Uint8Array): void {
    this.tree.remove(key)
  }

  removeExisting(key: Uint8Array): Uint8Array | undefined {
    return this.tree.removeExisting(key)
  }

  cursor(): Cursor {
    return this.tree.cursor()
  }
}
