/** Every bound of the key-value contract. A store refuses what lies beyond, and says so. */

/** Bytes of a key. Long enough for a prefix, two identifiers and a height, many times over. */
export const KEY_SIZE_MAX = 4096

/** Bytes of a value. A consensus block is at most 21 MiB and its results are of that order. */
export const VALUE_SIZE_MAX = 64 * 1024 * 1024

/** Operations in one batch. */
export const BATCH_OPERATIONS_MAX = 1_000_000

/** Bytes of all keys and values of one batch: it is held in memory until it is written. */
export const BATCH_SIZE_MAX = 256 * 1024 * 1024

/** Snapshots open at the same time: each one keeps overwritten values alive. */
export const SNAPSHOTS_MAX = 64
