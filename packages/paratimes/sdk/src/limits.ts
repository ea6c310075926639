/** Bounds of the SDK, each with a test at the bound and one beyond. */

/** Bytes of the name of a denomination. The reference's bound. */
export const DENOMINATION_SIZE_MAX = 32
/** Epochs that a key of encrypted calls is good for after its own. The reference's bound. */
export const EPHEMERAL_KEY_AGE_MAX = 5n
/**
 * Guesses at when an epoch of long ago began, from the length of those after it. Then what is left
 * of the chain is halved each time. The reference goes back epoch by epoch, without end.
 */
export const EPOCH_GUESSES_MAX = 16
