/** How a tree asks the world for nodes that are not in memory. */

import { UnavailableError } from '@wadi/base/errors'
import type { Root } from './roots.ts'

/**
 * The place where nodes are stored: an append-only log in which a node's address is where its
 * record begins (an integer from 1 to 2^48 − 1).
 */
export interface NodeReader {
  /**
   * The record at `address`, whole and without anything behind it (see `recordSize`). The bytes are
   * only looked at until the next call. Throws {@link UnavailableError} if it cannot be had.
   */
  read(address: number): Uint8Array
}

/** A reader for trees that have nothing stored. */
export const NO_NODES: NodeReader = {
  read: (address) => {
    throw new UnavailableError('mkvs.no-node', `mkvs: no node is stored at ${address}`)
  },
}

/**
 * A node is known by its hash only. The shell fetches a proof for `key` under `root`, starting at
 * `position`, merges it into the tree and runs the rule again.
 */
export class MissingNodeError extends UnavailableError {
  readonly root: Root
  /** The hash of the missing node. */
  readonly position: Uint8Array
  /** A key below the node: the one that was looked for, or else the first that can be there. */
  readonly key: Uint8Array

  constructor(root: Root, position: Uint8Array, key: Uint8Array) {
    super('mkvs.missing-node', 'mkvs: a node is known by its hash only')
    this.root = root
    this.position = position
    this.key = key
  }
}
