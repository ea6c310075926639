/** Bounds of the test runtime, each with a test at the bound and one beyond. */

/** Transactions of a batch that is made here. */
export const BATCH_COUNT_MAX = 100
/** Bytes of a value that is inserted without encryption. */
export const VALUE_SIZE_MAX = 128
/** Blocks of the consensus layer in which the event of a transfer is looked for. */
export const EVENT_BLOCKS_MAX = 100
