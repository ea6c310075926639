/** Bounds of this package, each with the reason for its size. */

/** The largest message of any channel (runtime host and P2P): nothing sealed is larger. */
export const AEAD_BYTES_MAX = 64 * 1024 * 1024

/** The largest Noise message, handshake or transport (Noise specification, section 3). */
export const NOISE_MESSAGE_BYTES_MAX = 65_535

/**
 * Ed25519 signatures that one multiplication of many points checks at most; longer batches are cut.
 * PERF: the doublings are shared, four a signature at this size; twice the size gains nothing.
 */
export const ED25519_BATCH_SIZE_MAX = 64

/** The longest assembled signature context: what RFC 8032 allows a context to have. */
export const SIGNATURE_CONTEXT_BYTES_MAX = 255

/** The longest chain context: the hexadecimal hash of a genesis document. */
export const CHAIN_CONTEXT_BYTES_MAX = 64
