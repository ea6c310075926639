/** Every bound of this package. */

/** Calls that wait at a time: for a block with a transaction, for an epoch, for the node. */
export const WAITERS_MAX = 4096

/** Streams at a time. */
export const WATCHERS_MAX = 4096

/**
 * What a watcher may leave waiting while it is still told what was there at the beginning. What
 * waits later is the sender's.
 */
export const WATCH_BACKLOG_COUNT_MAX = 1024
export const WATCH_BACKLOG_BYTES_MAX = 16_777_216

/** Items that a watcher is told before it is asked whether it has taken them. */
export const WATCH_BURST_MAX = 64

/** COMPAT(oasis-core): so old the last block may not be when a node says that it is synced. */
export const SYNCED_BLOCK_AGE_MS = 60_000
