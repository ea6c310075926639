/** Bounds of the socket that engines connect to. */

/**
 * Bytes of a message. The largest are a block (CometBFT allows 100 MiB) with the votes before it,
 * and the genesis document; memory for one is taken as its bytes arrive.
 */
export const MESSAGE_SIZE_MAX = 268_435_456
/** Engines use four; the rest is for one that connects anew. */
export const CONNECTIONS_MAX = 16
/** Validators of a commit: as many as CometBFT allows. */
export const VOTES_MAX = 10_000
/** Who misbehaved, of one block. */
export const MISBEHAVIORS_MAX = 100_000
/** Answers that wait for an engine to read them; nothing more of its is read meanwhile. */
export const UNSENT_BYTES_MAX = 16_777_216
