/** Bounds of this package, each with the reason for its size. */

/** The largest message of any channel (runtime host and P2P): nothing sealed is larger. */
export const AEAD_BYTES_MAX = 64 * 1024 * 1024

/** The largest Noise message, handshake or transport (Noise specification, section 3). */
export const NOISE_MESSAGE_BYTES_MAX = 65_535
