/** Bounds of this package. */

/** Validators of a network on one machine. */
export const VALIDATORS_MAX = 100
/** Nodes that run the ParaTimes of a network on one machine. */
export const COMPUTE_NODES_MAX = 16
/** Bytes of a request to the faucet. */
export const FAUCET_REQUEST_BYTES_MAX = 1_024
/** Requests that wait for the faucet. */
export const FAUCET_WAITING_MAX = 100
/** So often a network begins whose ports other programs take at the same moment. */
export const BEGIN_TRIES = 3
/** A node that cannot be called after so long will not be. */
export const START_MS_MAX = 60_000
/** A node that does not answer for so long is shown as away. */
export const ANSWER_MS_MAX = 2_000
/** Rounds of a ParaTime that are taken back at once. */
export const ROUNDS_AT_ONCE = 500
/** So many files are named that are in the way. */
export const UNKNOWN_FILES_SHOWN_MAX = 5
