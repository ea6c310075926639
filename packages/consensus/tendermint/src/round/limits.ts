/** Bounds of the round machine. What a peer may occupy is bounded by peers, not by messages. */

/**
 * Claims of majorities in a set of votes: one per peer, and far more than a node has peers. More
 * are not noted; then votes of those who vote twice may count later.
 */
export const CLAIMS_MAX = 1_000

/**
 * Rounds beyond ours in which a peer may send us votes: of its last commit and of the official one.
 */
export const CATCHUP_ROUNDS_PER_PEER_MAX = 2

/** Rounds beyond ours that all peers may open together, those that are gone included. */
export const CATCHUP_ROUNDS_MAX = 1_000
