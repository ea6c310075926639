/** Which tree is meant: the name under which a Merklized state is known to everybody. */

import { equalBytes } from '@wadi/base/bytes'

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
export const EMPTY_HASH: Uint8Array = Uint8Array.of(
  ...[0xc6, 0x72, 0xb8, 0xd1, 0xef, 0x56, 0xed, 0x28, 0xab, 0x87, 0xc3, 0x62, 0x2c, 0x51, 0x14],
  ...[0x06, 0x9b, 0xdd, 0x3a, 0xd7, 0xb8, 0xf9, 0x73, 0x74, 0x98, 0xd0, 0xc0, 0x1e, 0xce, 0xf0],
  ...[0x96, 0x7a],
)

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
