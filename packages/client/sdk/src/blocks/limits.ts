/** Bounds of following a chain. */

/** How long to wait after a node was lost before it is asked again: at first, and at most. */
export const RETRY_MS_MIN = 250
export const RETRY_MS_MAX = 15_000

/** How often in a row a node may be lost. */
export const RETRIES_MAX = 20
