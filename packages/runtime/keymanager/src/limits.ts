/** Bounds of sessions, secrets and keys, each with a test at the bound and one beyond. */

/** Generations of the master secret that are kept in memory. */
export const MASTER_SECRET_COUNT_MAX = 20
/** Epochs whose secrets are kept. They are nowhere else: the oldest is forgotten. */
export const EPHEMERAL_SECRET_COUNT_MAX = 20
/** Derived keys that are kept, so that they need not be derived again. */
export const LONG_TERM_KEY_COUNT_MAX = 1_024
export const EPHEMERAL_KEY_COUNT_MAX = 128
/** Epochs after which keys of an epoch are given no more, nor believed. */
export const EPHEMERAL_KEY_AGE_MAX = 10n
/** Blocks that whoever asks for secrets may be behind: about an hour. */
export const HEIGHT_AGE_MAX = 600n
/** Enclaves of a committee for which a secret is encrypted, and who are asked for one. */
export const COMMITTEE_COUNT_MAX = 1_024

/** Sessions that an enclave has with everybody together, and with one peer. */
export const SERVER_SESSION_COUNT_MAX = 1_024
export const SERVER_SESSIONS_OF_PEER_MAX = 8
/** Sessions that an enclave opens, and those to one node. */
export const CLIENT_SESSION_COUNT_MAX = 32
export const CLIENT_SESSIONS_OF_PEER_MAX = 2
/** Seconds without a frame after which a session may have to make room for another. */
export const SESSION_STALE_SECONDS = 10
/** Milliseconds of the pauses after which a call is tried again. */
export const RETRY_PAUSES_MS: readonly number[] = [50, 100, 200]
/**
 * Seconds after which a call is not tried again: a node that hangs is given up only after seconds,
 * and whoever is asked next in vain hangs as well.
 */
export const CALL_AGAIN_SECONDS_MAX = 5
/**
 * Milliseconds of the pauses after which a runtime asks again, and another node each time, for a
 * key that was refused for a state that may pass. The reference asks as often, and rests 290 ms in
 * all, on average.
 */
export const REFUSED_PAUSES_MS: readonly number[] = [5, 15, 40, 80, 150]

/** Keys of each kind that a runtime keeps. */
export const CLIENT_KEY_COUNT_MAX = 1_024

/** Questions that reading one state of the consensus layer may take. */
export const READ_QUESTION_COUNT_MAX = 4_096
/** Bytes of all proofs that this may take. */
export const READ_PROOF_BYTES_MAX = 67_108_864
/** Bytes of memory for all the trees that are read at once. */
export const READ_MEMORY_BYTES_MAX = 268_435_456

/** COMPAT(oasis-core): tries to make a secret in an epoch, and to have the enclave take one. */
export const GENERATE_TRIES_MAX = 6
export const LOAD_TRIES_MAX = 6
