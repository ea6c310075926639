/** Bounds of the engine. Mempool, log, stores and signing have their own beside them. */

/** Votes whose signatures wait to be verified together. */
export const VOTES_WAITING_MAX = 1_000

/** Bytes of a message on the channels of consensus. */
export const CONSENSUS_MESSAGE_BYTES_MAX = 1_048_576

/** How often peers are asked about majorities, and looked at whether they stand still. */
export const GOSSIP_TICK_MS = 500

/** A peer that has not moved for so long is told again what it was told, then half as often. */
export const GOSSIP_REPEAT_MS = 2_000

/** See {@link GOSSIP_REPEAT_MS}; not more seldom than this. */
export const GOSSIP_REPEAT_MS_MAX = 30_000
