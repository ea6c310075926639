/** Every bound of this package. Each has a test at the bound and one beyond it. */

/** Bit lengths are 16-bit numbers, so a key has at most ⌊65535 / 8⌋ bytes. */
export const KEY_BYTES_MAX = 8191

/** Value lengths are 32-bit numbers; no message of the reference carries more than this. */
export const VALUE_BYTES_MAX = 64 * 1024 * 1024

/** Addresses of stored nodes are 48-bit numbers; 0 says "not stored". */
export const ADDRESS_MAX = 2 ** 48 - 1

/** How deep a proof may nest: nodes on the longest path. */
export const PROOF_DEPTH_MAX = 128

/** Entries of a proof or a chunk. One of the usual eight megabytes has fewer than 900,000. */
export const PROOF_ENTRIES_MAX = 2 ** 20

/** What a proof takes in the kernel that checks it. Larger ones are checked the plain way. */
export const PROOF_BLOCK_BYTES_MAX = 32 * 1024 * 1024

/** How much memory an arena's nodes take before stored ones are dropped, unless told otherwise. */
export const ARENA_BYTES_DEFAULT = 1024 * 1024 * 1024

/** Below this an arena would only read. */
export const ARENA_BYTES_MIN = 4 * 1024 * 1024

/**
 * How much of an arena's memory must be free in pieces, in hundredths, so that joining the pieces
 * is worth going over all of it. An arena that is fuller is full.
 */
export const ARENA_FREE_PERCENT_MIN = 10

/** Prefixes in one request, which cannot be answered with more keys than that either. */
export const PREFIX_COUNT_MAX = 65_536

/**
 * Nodes that the walk of one proof visits, and bytes that it gathers: it then ends with the step
 * that it is at. Twenty thousand pairs in a row, the most that the reference asks for, are 40,000
 * nodes; 2,048 lookups of a tree of 32 levels are as many as this.
 */
export const PROOF_VISITS_MAX = 65_536
export const PROOF_WALK_BYTES_MAX = 16_777_216

/** A checkpoint chunk before and after decompression. Producers aim at a few megabytes. */
export const CHUNK_BYTES_MAX = 64 * 1024 * 1024

/** Chunks of one checkpoint: at the usual eight megabytes a quarter of a terabyte. */
export const CHUNK_COUNT_MAX = 32_768

/** How often a checkpoint's subtrees are split, at most, to get the number asked for. */
export const SUBTREE_SPLITS_MAX = 10

/** Just under 2^32, so that the end of an arena's memory is still a 32-bit number. */
export const MEMORY_BYTES_MAX = 2 ** 32 - 65_536

/** Where a commit may begin: all its records lie in memory, so none gets an address beyond. */
export const COMMIT_ADDRESS_MAX: number = ADDRESS_MAX - MEMORY_BYTES_MAX

/** Bytes of one chunk of a snappy stream: two bytes of an offset reach so far. */
export const SNAPPY_BLOCK_BYTES_MAX = 65_536

/** Memory that copies of keys and values share. */
export const SLAB_BYTES = 8192
/** Up to this size an array's bytes lie in the array object itself, which is cheapest. */
export const SLAB_INLINE_BYTES_MAX = 64
/** Larger pieces are few, and would keep a whole slab alive. */
export const SLAB_PIECE_BYTES_MAX = 1024
