/** Bounds of light clients. */

/** Blocks that a light client remembers; the reference's. */
export const TRUSTED_BLOCKS_MAX = 1000
