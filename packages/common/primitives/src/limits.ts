/** Bounds of this package; each has a test at the bound and one beyond. */

/** Characters of a quantity's text. The reference has no bound; parsing is quadratic at worst. */
export const QUANTITY_TEXT_SIZE_MAX = 4096
/** Characters of a chain's name for CometBFT. */
export const COMET_CHAIN_ID_SIZE_MAX = 50
/** Characters of the name of a peer: libp2p hashes longer ones. */
export const PEER_ID_TEXT_SIZE_MAX = 256
