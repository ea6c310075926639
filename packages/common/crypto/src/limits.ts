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

/** SP 800-90A: the entropy is at least half a digest. The reference's bound. */
export const DRBG_ENTROPY_BYTES_MIN = 32

/** SP 800-90A, table 2: what one request to a generator gives at most (2^19 bits). */
export const DRBG_REQUEST_BYTES_MAX = 65_536

/** BIP-173: no bech32 text is longer, so that its checksum finds four errors. */
export const BECH32_TEXT_MAX = 90

/** BIP-173: a prefix of one character, the separator and six of checksum. */
export const BECH32_TEXT_MIN = 8
