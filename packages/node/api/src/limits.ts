/** Every bound of this package. */

/**
 * Calls of a listener that wait at a time: for a block with a transaction, for an epoch, for the
 * node, for a runtime. Each listener has as many of its own, and the node itself needs none.
 */
export const WAITERS_MAX = 4096

/** Streams of a listener at a time. */
export const WATCHERS_MAX = 4096

/** How many of these may be of one address, where anybody may call. */
export const WAITERS_PER_ADDRESS_MAX = 512
export const WATCHERS_PER_ADDRESS_MAX = 512

/**
 * What a watcher may leave waiting while it is still told what was there at the beginning. What
 * waits later is the sender's.
 */
export const WATCH_BACKLOG_COUNT_MAX = 1024
export const WATCH_BACKLOG_BYTES_MAX = 16_777_216

/** Items that a watcher is told before it is asked whether it has taken them. */
export const WATCH_BURST_MAX = 64

/** Bytes of a checkpoint's chunk that are told at once. */
export const CHUNK_PIECE_BYTES = 32_768

/** COMPAT(oasis-core): so old the last block may not be when a node says that it is synced. */
export const SYNCED_BLOCK_AGE_MS = 60_000
