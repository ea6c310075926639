/** Bounds of the stores. */

/** Bytes of a record of the block store: the commit of ten thousand validators takes half of it. */
export const BLOCK_RECORD_BYTES_MAX = 2 * 1024 * 1024

/** Bytes of a record of the state store: the responses to the largest block, with its events. */
export const STATE_RECORD_BYTES_MAX = 256 * 1024 * 1024

/** Heights that a block store lists as damaged. Block sync has enough to do with these. */
export const DAMAGED_BLOCKS_MAX = 1000

/** Every so many heights the validators are stored in full. The reference's. */
export const VALIDATORS_CHECKPOINT_INTERVAL = 100_000n

/** Bytes after which the log of the current state goes on in another file; the old one goes. */
export const STATE_SEGMENT_SIZE = 1024 * 1024

/** The history of the state goes on in another file after so many bytes. */
export const HISTORY_SEGMENT_SIZE = 16 * 1024 * 1024
