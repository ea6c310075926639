/** Every bound and every period of this package. */

/** A descriptor is good up to this many epochs after the one in which it is made. */
export const EXPIRATION_EPOCHS = 2n

/**
 * Who registers again in an epoch waits for a random number of blocks below this part of it, so
 * that not all nodes of a network do so in one block.
 */
export const RENEWAL_DELAY_PERCENT = 5n

/** Transactions that are on their way at a time. */
export const SUBMISSIONS_MAX = 64

/** How long a transaction is tried again whose failure may pass. */
export const SUBMISSION_MS_MAX = 60_000

/** COMPAT(oasis-core): the first wait before something is tried again, on average. */
export const WAIT_MS_FIRST = 500

/** The longest wait, on average, before a transaction is tried again. */
export const SUBMISSION_WAIT_MS_MAX = 10_000

/** The longest wait, on average, before the first registration is tried again. */
export const REGISTRATION_WAIT_MS_MAX = 60_000

/** The longest wait, on average, before another proof for the beacon is tried. */
export const PROOF_WAIT_MS_MAX = 60_000

/** Before the node is asked again whether it has caught up, if it could not say. */
export const SYNC_AGAIN_MS = 1_000

/** How long a sentry may take to answer. */
export const SENTRY_MS_MAX = 10_000

/** What a sentry may answer. */
export const SENTRY_ANSWER_BYTES_MAX = 65_536

/** What a sentry may be asked: nothing, in CBOR. */
export const SENTRY_QUESTION_BYTES_MAX = 64

/** The longest descriptor of an entity that is read from a file. */
export const ENTITY_FILE_BYTES_MAX = 1_048_576

/** Connections to a sentry at a time: a node behind it has one, for a moment. */
export const SENTRY_CONNECTIONS_MAX = 64

/** Calls of a sentry at a time. */
export const SENTRY_CALLS_MAX = 64
