/** Bounds of light clients. */

/** Blocks that a light client remembers; the reference's. */
export const TRUSTED_BLOCKS_MAX = 1000
/** How often somebody else is asked, until one thing is verified or given up for the time being. */
export const PROVIDER_CHANGES_MAX = 10
