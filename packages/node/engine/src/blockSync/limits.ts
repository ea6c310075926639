/** Bounds of block sync. Those of the first group are the reference's. */

/** Requests that a peer has not answered yet. */
export const PEER_REQUESTS_MAX = 20
/** Peers are asked for their heights so often. */
export const STATUS_INTERVAL_MS = 10_000
/** A request that is not answered for so long is made again, of somebody else. */
export const REQUEST_RETRY_MS = 30_000
/** A peer that sends nothing at all for so long although it was asked is dropped. */
export const PEER_SILENCE_MS = 15_000
/** A peer that is found to be bad is not asked again for so long. */
export const PEER_BAN_MS = 60_000
/** Bytes a second that a peer has to send, unless it answers at once. */
export const RECEIVE_RATE_MIN = 128 * 1024
/** What the rate is averaged over. */
export const RATE_WINDOW_MS = 40_000
/** So near to what is needed next, a second peer is asked if the first one takes its time. */
export const HEDGED_HEIGHTS = 50n

/** Requests of all peers together, answered or not. */
export const REQUESTS_MAX = 600
/** Bytes of blocks that wait for those before them; the two that are needed next come on top. */
export const BUFFER_BYTES_MAX = 128 * 1024 * 1024
/** What a block is taken for in size before any has come. */
export const BLOCK_SIZE_GUESS = 256 * 1024
/** A request that waits for so long is made of a second peer, too. */
export const HEDGE_DELAY_MS = 1000
/** A peer whose oldest request waits for so long has to have the least rate. */
export const SLOW_REQUEST_MS = 5000
/** A request is lost if one that was made so much later is answered. */
export const PASSED_OVER_MS = 5000
/** A peer that says it lacks a block is asked again after so long. */
export const LACK_MS = 30_000
/** An answer to a request that was given up on is no offence for so long. */
export const LATE_ANSWER_MS = 60_000
/** Blocks that a peer lacks although it says it has them, before it is banned for a while. */
export const LACKS_MAX = 40

/** Messages that wait for a peer: a block each, at worst. */
export const SEND_QUEUE_MAX = 8
/** Requests of a peer that wait until there is room in its queue. */
export const SERVING_QUEUE_MAX = 40
/** Bytes around a block in a message. */
export const MESSAGE_OVERHEAD = 16

/** How often the pool looks at its clocks, and whether the node has caught up. */
export const TICK_MS = 1000
/** So soon after its last block nobody can be far ahead of a chain: the node need not wait. */
export const YOUNG_CHAIN_MS = 10_000
/** See {@link TICK_MS}; while the chain is young. */
export const YOUNG_TICK_MS = 50
/** A damaged block that nobody sent by then is asked of the next peer. */
export const REPAIR_RETRY_MS = 10_000
/** Requests for damaged blocks whose late answers are known to be no offence. */
export const OWED_REPAIRS_MAX = 1000
