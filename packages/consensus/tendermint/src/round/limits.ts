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

/**
 * Of so many rounds after the tracked one votes always have a place: it is theirs alone, so nobody
 * can take it with votes of other rounds, and nothing has to give way. With CometBFT's timeouts
 * that many rounds of a height last longer than two days.
 */
export const CATCHUP_NEAR_ROUNDS_MAX = 900

/**
 * Rounds beyond those that all peers may open together, those that are gone included. Who comes
 * first has the place: one validator may take all.
 */
export const CATCHUP_FAR_ROUNDS_MAX = 100
