/** What a tree hands over when it is committed. */

import type { Root, WriteLog } from './roots.ts'

/** Where a commit goes. */
export interface CommitOptions {
  readonly version: bigint
  /** The address at which the first new record will lie: where the node log ends (at least 1). */
  readonly baseAddress: number
}

/** A committed version of a tree, ready to be stored. */
export interface Commit {
  readonly root: Root
  /**
   * The records of all new nodes, children before parents; the record at offset i has the address
   * `baseAddress + i`. A view into the kernel's memory: valid until the next call of any tree of
   * the arena, so store or copy it at once.
   */
  readonly records: Uint8Array
  /** The address of the root node; 0 for an empty tree. */
  readonly rootAddress: number
  /** Addresses of stored nodes that the tree before this commit used and the new one does not. */
  readonly removed: readonly number[]
  /** Undefined if the tree keeps no write log. */
  readonly writeLog: WriteLog | undefined
}
