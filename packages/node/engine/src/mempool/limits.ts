/** Bounds of the mempool and of what peers may send it. The first four are the reference's. */

/** Transactions in the pool. */
export const POOL_COUNT_MAX = 5000

/** Bytes of all transactions in the pool. */
export const POOL_BYTES_MAX = 1024 ** 3

/** Transactions that are remembered as seen, by their hashes. */
export const CACHE_COUNT_MAX = 10_000

/** Bytes of a transaction. */
export const TX_BYTES_MAX = 1024 ** 2

/** Peers that are remembered to have sent a transaction; others may get it again. */
export const TX_SENDERS_MAX = 64

/** Places of transactions that are found by their bytes. */
export const PLACES_COUNT = 16_384

/** Messages that wait for a peer. Transactions are shared between peers, not copied. */
export const SEND_QUEUE_MAX = 16

/** Bytes of the transactions of one message that holds more than one. */
export const BATCH_BYTES_MAX = 64 * 1024

/** Transactions of one message: all are checked before anything else. The reference sends one. */
export const BATCH_COUNT_MAX = 1000

/**
 * Each peer is told at a moment of its own within this time. What comes in meanwhile travels
 * together, and of two peers who got the same from a third one tells the other before it is told.
 */
export const GOSSIP_DELAY_MS_MAX = 50

/** After so long a peer is asked again whether it has come near the height of a transaction. */
export const CATCH_UP_DELAY_MS = 200

/** Every so many transactions of a peer that the application refuses count against it once. */
export const REFUSALS_PER_OFFENCE = 100
