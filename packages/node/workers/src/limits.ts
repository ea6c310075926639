/** Every bound of this package. */

/**
 * Heights that are looked through before what was found is written, unless configured otherwise.
 */
export const INDEXED_HEIGHTS_MAX = 1000

/** Heights of the consensus layer that an executor hears of when it is behind. */
export const WATCHED_HEIGHTS_MAX = 100

/** When the consensus layer is read again that could not be read. */
export const WATCH_RETRY_MS = 1000

/** Peers of whom it is remembered how something can be said of them. */
export const RATED_PEERS_MAX = 1024

/**
 * Callers that wait for transactions of a runtime: as many as two listeners let in, so that those
 * who call at one of them do not stand in the way of the other.
 */
export const AWAITED_MAX = 8192

/** Rounds that are looked at again because they could not be read, and when. */
export const UNREAD_BLOCKS_MAX = 64
export const UNREAD_RETRY_MS = 5000

/** Bytes of memory that a store keeps, when it has made a tree, for making the next one. */
export const WORKPLACE_BYTES_KEPT = 8_388_608

/** Bytes of what a runtime keeps on its node under one key, and of the key. */
export const LOCAL_KEY_SIZE_MAX = 1024
export const LOCAL_VALUE_SIZE_MAX = 1_048_576

/** COMPAT(oasis-core): calls of a key manager's enclaves that can still be rated, and how long. */
export const RATED_CALLS_MAX = 100
export const FEEDBACK_MS_MAX = 60_000

/** COMPAT(oasis-core): how long an enclave may take for a call of another node. */
export const ENCLAVE_CALL_MS_MAX = 2000

/** How often the last proposal is given to a network that cannot take it, and when again. */
export const PUBLISH_TRIES_MAX = 10
export const PUBLISH_RETRY_MS = 500

/** Chunks of all checkpoints that peers offer, until one of them is chosen. */
export const OFFERED_CHUNKS_MAX = 1_048_576

/** Keys of which one proof tells another node: it asks again for more. */
export const PROVED_KEYS_MAX = 4096

/** When trees are looked after again that could not be. */
export const UPKEEP_RETRY_MS = 10_000

/** Nodes and rounds of which it is remembered that evidence was submitted. */
export const REPORTED_MAX = 256
