/** Bounds of what runtimes and bundles may be, each with a test at the bound and one beyond. */

/**
 * Bytes of one message of the host protocol, either way: runtimes in Rust neither write nor read
 * more. The reference's host would also take twice as much.
 */
export const MESSAGE_SIZE_MAX = 33_554_432
/**
 * Items of one message of the host protocol: a batch that fills all bounds below has three and a
 * half million.
 */
export const MESSAGE_ITEM_COUNT_MAX = 4_194_304
/** Transactions of one batch that is checked, executed or fetched. */
export const BATCH_COUNT_MAX = 65_536
/** Changes that one batch makes to one tree: at 128 bytes each, as much as a message holds. */
export const WRITE_COUNT_MAX = 262_144
/** Messages that one batch emits: descriptors allow far fewer. */
export const EMITTED_COUNT_MAX = 65_536
/** Nodes of which a runtime names those that may be asked. */
export const NODE_COUNT_MAX = 16_384
/** Tags that a runtime wants to hear of. */
export const TAG_COUNT_MAX = 1_024

/** COMPAT(oasis-core): transactions that one node asks another for. */
export const FETCHED_TRANSACTIONS_MAX = 128
/** Checkpoints that one node offers another. */
export const OFFERED_CHECKPOINTS_MAX = 1_024

/** Items of all checkpoints that one node offers: eight of the largest ones. */
export const OFFER_ITEM_COUNT_MAX = 262_144
/** Items of an answer with a proof. */
export const PROOF_ITEM_COUNT_MAX = 1_048_592
/** Items of what one node asks another: as many hashes as a request has room for. */
export const REQUEST_ITEM_COUNT_MAX = 131_072
/** Items of what is said to all of a committee: as many hashes as a message has room for. */
export const GOSSIP_ITEM_COUNT_MAX = 32_768

/** Bytes of a packed bundle. */
export const BUNDLE_SIZE_MAX = 268_435_456
/** Bytes of all files of a bundle together, unpacked. */
export const BUNDLE_CONTENT_SIZE_MAX = 1_073_741_824
/** Files of a bundle, its manifest included. */
export const BUNDLE_FILE_COUNT_MAX = 64
/** Bytes of a manifest. */
export const MANIFEST_SIZE_MAX = 1_048_576
/** Bytes of the name of a file in a bundle. */
export const FILE_NAME_SIZE_MAX = 255
