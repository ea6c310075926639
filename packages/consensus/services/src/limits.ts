/** Every bound of the consensus services that is not a parameter of the network. */

/** A call is refused from inside more contexts than this. */
export const CALL_DEPTH_MAX = 8

/** So many bytes of a block are kept free for the proposer's own transaction. */
export const BLOCK_METADATA_BYTES_MAX = 16_384

/** Bytes in the name of an upgrade's handler. */
export const UPGRADE_HANDLER_BYTES_MIN = 3
export const UPGRADE_HANDLER_BYTES_MAX = 32

/** Bytes in a proposal's title. */
export const PROPOSAL_TITLE_BYTES_MIN = 3
export const PROPOSAL_TITLE_BYTES_MAX = 100

/** Bytes in a node's name for its program. */
export const NODE_SOFTWARE_VERSION_BYTES_MAX = 128

/** So many deployments a runtime's descriptor may have, or more if the parameters say so. */
export const DEPLOYMENT_COUNT_MAX_LEAST = 2
/** The size of a bundle's checksum, if there is one. */
export const BUNDLE_CHECKSUM_BYTES = 32

const MILLISECOND = 1_000_000n
/** In nanoseconds. */
export const BATCH_FLUSH_TIMEOUT_MIN = 50n * MILLISECOND
/** In nanoseconds. */
export const PROPOSER_TIMEOUT_MIN = 1_000n * MILLISECOND
/** Transactions of a batch. */
export const BATCH_SIZE_MIN = 1n
/** All transactions of a batch together. */
export const BATCH_BYTES_MIN = 1024n
/** In rounds; zero makes no checkpoints. */
export const CHECKPOINT_INTERVAL_MIN = 10n
/** The size of a checkpoint's chunk. */
export const CHECKPOINT_CHUNK_BYTES_MIN = 1024n * 1024n

/** So many decoded values of the state are kept, and so many bytes that they came from. */
export const DECODED_VALUES_MAX = 8_192
export const DECODED_BYTES_MAX = 4_194_304

/** So many checked transactions are remembered as validly signed: a few mempools. */
export const VALID_TRANSACTIONS_MAX = 16_384

/** In nanoseconds: how short the pause between blocks may be in a genesis document. */
export const TIMEOUT_COMMIT_MIN = MILLISECOND
/** In blocks: how often a genesis document may ask for checkpoints of the state. */
export const STATE_CHECKPOINT_INTERVAL_MIN = 1_000n
/** The size of a chunk of such a checkpoint. */
export const STATE_CHECKPOINT_CHUNK_BYTES_MIN = 1024n * 1024n

/** The metadata of a snapshot: a head, and 34 bytes for each of the most chunks. */
export const SNAPSHOT_METADATA_BYTES_MAX = 34 * 32_768 + 1_024
