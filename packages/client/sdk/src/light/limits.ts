/** Every bound of light clients, beside those of light verification itself. */

/** How long a node may take to answer one question. */
export const PROVIDER_TIMEOUT_MS = 10_000

/** How many blocks witnesses may be behind the first node without anybody waiting for them. */
export const HEAD_LAG_MAX = 5n

/** How long nobody listens to a node that says that there is a block, and does not show it. */
export const UNSHOWN_MS = 60_000

/** How far before the oldest block that is believed one may look: hash by hash. */
export const HEIGHTS_BACK_MAX = 10_000n

/**
 * How far before the oldest block that is believed an epoch's first block is looked for: each time
 * as far as this, if it has to be farther than the time before.
 */
export const EPOCH_HEIGHTS_BACK: readonly bigint[] = [0n, 100n, 1_000n, HEIGHTS_BACK_MAX]

/** How long to wait before a node is asked again whether there is another block. */
export const POLL_MS = 500

/** How long whoever tells blocks may be silent before one looks without having been told. */
export const WATCH_QUIET_MS = 10_000

/** Verified facts of each kind that are remembered. */
export const FACTS_MAX = 64

/**
 * States that stay open after nobody looks at them any more, and the memory for what is known of
 * all: it alone bounds how many states one answer may look at.
 */
export const STATES_MAX = 8
export const STATES_BYTES_MAX = 268_435_456

/** Pieces that are fetched for one answer before it is given up. */
export const FETCHES_MAX = 10_000

/** Single keys that are asked for; beyond, an answer walks, and more are fetched at once. */
export const SINGLE_KEYS_MAX = 8
/** How many keys are fetched at once: at first, and at most. */
export const PREFETCH_MIN = 16
export const PREFETCH_MAX = 1024

/** Validators can be punished for so long, as the reference's nodes take it: 30 days. */
export const TRUST_PERIOD_MS = 2_592_000_000
