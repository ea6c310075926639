/** Which tree is meant: the name under which a Merklized state is known to everybody. */

import { equalBytes } from '@wadi/base/bytes'
import { EMPTY_HASH as HASH_OF_NOTHING } from '@wadi/primitives/hash'

/** What a tree holds. Zero is not a root type. */
export const ROOT_TYPE_STATE = 1
/** Inputs, outputs and tags of one round. */
export const ROOT_TYPE_IO = 2

export type RootType = typeof ROOT_TYPE_STATE | typeof ROOT_TYPE_IO

/** One version of one tree. */
export interface Root {
  /** 32 bytes: the runtime; all zero for the consensus layer. */
  readonly namespace: Uint8Array
  /** A runtime round or a block height. */
  readonly version: bigint
  readonly type: RootType
  /** 32 bytes. */
  readonly hash: Uint8Array
}

/** One change of a tree: a pair that was written, or a key that was removed (no value). */
export type WriteLogEntry = readonly [key: Uint8Array, value: Uint8Array | undefined]

/**
 * Changes of distinct keys, in no particular order. A pair that was written with the value it had
 * is in the list; a key that was there neither before nor after is not.
 */
export type WriteLog = readonly WriteLogEntry[]

/** SHA-512/256 of nothing: the hash of an empty tree and of a missing child. */
export const EMPTY_HASH: Uint8Array = HASH_OF_NOTHING

/** Is it the same version of the same tree, with the same content? */
export function equalRoots(a: Root, b: Root): boolean {
  return (
    a.type === b.type &&
    a.version === b.version &&
    equalBytes(a.namespace, b.namespace) &&
    equalBytes(a.hash, b.hash)
  )
}

/** May `next` be derived from `previous`? Same tree, and the same version or the one after. */
export function follows(next: Root, previous: Root): boolean {
  return (
    next.type === previous.type &&
    equalBytes(next.namespace, previous.namespace) &&
    (next.version === previous.version || next.version === previous.version + 1n)
  )
}
