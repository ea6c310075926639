/**
 * The memory of the kernel that checks proofs. The proof's entries lie in it, one after the other,
 * in a block that is afterwards all that is known about the nodes:
 *
 *   size u32 (NO_ENTRY for none) ‖ entry ‖ padding to 4 bytes
 *   and after a full entry  its hash, and if it is internal  leaf, left, right: u32 each
 *
 * A node is named by the place of its entry's first byte in the block.
 */

import { PAGE_BYTES } from '@wadi/base/wasm/module'
import { SHA512_CONSTANT_BYTES, SHA512_SCRATCH_BYTES } from '@wadi/crypto/hash/sha512Kernel'

/** Bytes of a hash. */
export const HASH_BYTES = 32
/** A label's bits are a 16-bit number. */
const LABEL_BYTES_MAX = 8192

/** Stands for the size where the proof says that there is no node. */
export const NO_ENTRY = 0xffff_ffff
/** Bytes of the sizes of entries and values. */
export const SIZE_BYTES = 4
/** What follows the entry of a leaf. */
export const LEAF_EXTRA_BYTES: number = HASH_BYTES
/** What follows the entry of an internal node: its hash, then its children. */
export const AT_LEAF: number = HASH_BYTES
export const AT_LEFT: number = HASH_BYTES + 4
export const AT_RIGHT: number = HASH_BYTES + 8
export const INTERNAL_EXTRA_BYTES: number = HASH_BYTES + 12

/** Names what is not there. */
export const NO_NODE = 0
/** Names the leaf that is embedded in the entry itself. */
export const CHILD_EMBEDDED = 1

/** What `verify` answers when it does not accept a proof. */
export const REFUSED = -1
/** What `find` answers when there is no such key, and when the proof does not tell. */
export const ABSENT = 0
export const UNKNOWN = 1

/** Where SHA-512 works, whose table lies before it. */
export const SCRATCH: number = SHA512_CONSTANT_BYTES
/** The hash that stands for no node. */
export const EMPTY: number = SCRATCH + SHA512_SCRATCH_BYTES
/** Where the next entry begins. */
export const POSITION: number = EMPTY + HASH_BYTES
/** Where the block ends. */
export const END: number = POSITION + 4
/** The version of the proof. */
export const VERSION: number = POSITION + 8
/** Where the hash of the node lies that was read last. */
export const HASH_AT: number = POSITION + 12
/** The hash of the embedded leaf of the node that is being hashed. */
export const EMBEDDED_HASH: number = POSITION + 16
/** The root that a proof has to lead to. */
export const EXPECTED_HASH: number = EMBEDDED_HASH + HASH_BYTES

/** Where an internal node's preimage is put together, unless it is a usual one. */
export const PREIMAGE = 2048
/** The key that is looked up, once nothing is hashed any more. */
export const SOUGHT_KEY: number = PREIMAGE
const PREIMAGE_BYTES_MAX = 3 + LABEL_BYTES_MAX + 3 * HASH_BYTES
/** Pages that lie before the block. */
export const PAGES_BEFORE: number = Math.ceil((PREIMAGE + PREIMAGE_BYTES_MAX) / PAGE_BYTES)

/** Where an internal node's label begins in its full entry. */
export const LABEL_AT = 4

/** Where the block begins. */
export const BLOCK: number = PAGES_BEFORE * PAGE_BYTES
/** Pages for the block, to begin with. */
export const BLOCK_PAGES_MIN = 4
/** Heads of entries are read before it is known that they are whole, also of the last one. */
export const BEHIND_BYTES = 16
