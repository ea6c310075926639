/** Bounds of signers that are elsewhere. */

/** How long one may take: a person may look at a device meanwhile. */
export const SIGNER_MS_MAX = 180_000

/** Bytes of an answer: the public keys of all roles, or a signature. */
export const SIGNER_ANSWER_BYTES_MAX = 65_536
