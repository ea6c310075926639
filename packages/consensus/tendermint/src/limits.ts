/** Bounds, all of them the reference's: they decide what is accepted. */

/** Bytes of a hash in a header, if it is there. */
export const HASH_SIZE = 32
/** Bytes of a signature. */
export const SIGNATURE_SIZE_MAX = 64
/** Characters of a chain's name, as bytes. */
export const CHAIN_ID_SIZE_MAX = 50
/** The version of the rules of blocks. */
export const BLOCK_VERSION = 11n
/** Votes for one block: the largest validator set that can decide anything. */
export const VALIDATORS_MAX = 10_000
/** See {@link VALIDATORS_MAX}. */
export const COMMIT_SIGNATURES_MAX = VALIDATORS_MAX
/** Bytes of an encoded block, whatever the parameters of a chain say. */
export const BLOCK_SIZE_MAX = 104_857_600
/** Bytes of every part of a block but the last. */
export const PART_SIZE = 65_536
/** Parts of a block. */
export const PARTS_MAX = BLOCK_SIZE_MAX / PART_SIZE + 1
/** Bits of an array of them: as many as votes; there are fewer parts. */
export const BIT_COUNT_MAX = VALIDATORS_MAX
/** Power of all validators together: an eighth of what an int64 holds. */
export const TOTAL_POWER_MAX = ((1n << 63n) - 1n) / 8n
/** Hashes of a proof. */
export const PROOF_HASHES_MAX = 100
/** Bytes of a header, more or less: hashes of applications are as long as they like. */
export const HEADER_SIZE_MAX = 626
/** Bytes around the transactions of a block. */
export const BLOCK_OVERHEAD_SIZE = 11
/** Bytes of a commit without signatures. */
export const COMMIT_OVERHEAD_SIZE = 94
/** Bytes of one signature in a commit. */
export const COMMIT_SIGNATURE_SIZE = 109
/** Chunks of a snapshot that a peer offers. */
export const SNAPSHOT_CHUNKS_MAX = 100_000
