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

/** RFC 5869, 2.3: the counter of HKDF's blocks is one byte. */
export const HKDF_BLOCKS_MAX = 255

/**
 * RFC 9380, 5.3.1: so is expand_message_xmd's. The bytes are bounded as well, by 65535: no hash
 * here has blocks that get there.
 */
export const XMD_BLOCKS_MAX = 255

/** RFC 9380, 5.3.3: a longer domain separation tag is replaced by its hash. */
export const XMD_DOMAIN_BYTES_MAX = 255

/** What Go's math/rand draws its bounded numbers from has 31 bits. */
export const MATH_RAND_BOUND_MAX = 0x7fff_ffff
