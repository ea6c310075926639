/** Bytes of a descriptor, a status or the states of runtimes: far above what there is. */
export const DESCRIPTOR_FILE_BYTES_MAX = 16_777_216

/**
 * Bytes of a genesis document or a ledger: far above those of the networks that there are, and
 * not more than a text of the language can have.
 */
export const GENESIS_FILE_BYTES_MAX = 524_288_000

/** Characters of a reason that are put into a sentence. */
export const REASON_SIZE_MAX = 400

/** Lines of a difference that are shown on each side. */
export const DIFFERENCE_LINES_MAX = 40

/** Bytes of what a node says of its program, as the registry has it. */
export const NODE_SOFTWARE_VERSION_BYTES_MAX = 128
