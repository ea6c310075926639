/** Every bound of the consensus services that is not a parameter of the network. */

/** A call is refused from inside more contexts than this. */
export const CALL_DEPTH_MAX = 8

/** So many bytes of a block are kept free for the proposer's own transaction. */
export const BLOCK_METADATA_BYTES_MAX = 16_384
