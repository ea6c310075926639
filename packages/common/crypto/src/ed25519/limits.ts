/** Bounds of Ed25519. */

/**
 * Signatures that one multiplication of many points checks at most; longer batches are cut.
 * PERF: the doublings are shared, four a signature at this size; see ed25519.bench.ts.
 */
export const BATCH_SIZE_MAX = 64
