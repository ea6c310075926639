/** Bounds of what a compute node keeps for a runtime, each with a test at the bound and beyond. */

/** Proposals that wait: of this round and of those to come. Of more, the furthest one goes. */
export const PROPOSALS_MAX = 32

/**
 * Transactions that wait to be scheduled, unless a pool is configured otherwise. Of more, the one
 * of the lowest priority goes.
 */
export const POOL_COUNT_MAX = 50_000
/**
 * Transactions that are remembered, so that they are not checked and published again, unless a pool
 * is configured otherwise.
 */
export const SEEN_COUNT_MAX = 100_000
/** Transactions of one check, unless a pool is configured otherwise. */
export const CHECK_BATCH_MAX = 128
/** Bytes of a transaction: with five before them, a message to all can hold no more. */
export const TRANSACTION_SIZE_MAX = 1_047_547
/** Bytes of all transactions that wait to be checked or scheduled. The reference has no bound. */
export const POOL_SIZE_MAX = 268_435_456
/**
 * Transactions that a runtime gets at once when it makes a batch; it asks again for more. The
 * reference gives no more than 100.
 */
export const SUGGESTION_COUNT_MAX = 1_000
/**
 * Transactions of a batch that is made here, whatever a descriptor allows: a message to the
 * committee has no room for more hashes.
 */
export const SCHEDULED_COUNT_MAX = 30_000
/**
 * Bytes of the messages of a batch that is made here: they are part of a transaction of the
 * consensus layer, which has at most 131,072 on all networks that we know.
 */
export const SENT_SIZE_MAX = 122_880
/**
 * Bytes of all transactions that a runtime gets at once, to check, to execute or to make a batch
 * of, and of a batch that is made here: a message to it has twice as much room.
 */
export const CALL_SIZE_MAX = 16_777_216
/**
 * Bytes of the name that a runtime gives a sender; a longer one is known by its hash. Nothing else
 * bounds what a runtime says of each transaction in the pool.
 */
export const SENDER_SIZE_MAX = 64
/** Transactions that are kept beside the pool, because a proposal has them. */
export const PROPOSED_COUNT_MAX = 65_536
/** Transactions that are published at once. */
export const PUBLISH_COUNT_MAX = 128

/** Rounds whose trees are fetched at the same time. */
export const ROUNDS_IN_FLIGHT_MAX = 100
/** Rounds that were applied and are not final in the database. */
export const ROUNDS_PENDING_MAX = 4_999
/**
 * Times that nobody has the changes of the next round, after which a checkpoint is looked for.
 */
export const NEXT_FAILURES_MAX = 8
/** Checkpoints of other nodes that are looked at. */
export const CHECKPOINTS_MAX = 256
/** Chunks of one checkpoint. */
export const CHUNKS_MAX = 1_048_576
/** Chunks of a checkpoint that are fetched at the same time. */
export const CHUNKS_IN_FLIGHT_MAX = 12
/**
 * Failures of one chunk, after which the next checkpoint is tried. The reference never gives up.
 */
export const CHUNK_FAILURES_MAX = 10
/** COMPAT(oasis-core): rounds that are pruned from the history in one pass. */
export const PRUNED_ROUNDS_MAX = 64
