/** Bounds of the SDK, each with a test at the bound and one beyond. */

/** Bytes of the name of a denomination. The reference's bound. */
export const DENOMINATION_SIZE_MAX = 32
/** Epochs that a key of encrypted calls is good for after its own. The reference's bound. */
export const EPHEMERAL_KEY_AGE_MAX = 5n
/**
 * Changes of epochs that are gone back in the history of the consensus layer, to find where a
 * delegation was given back. The reference goes back without end.
 */
export const EPOCH_WALK_MAX = 1_024
