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

/**
 * What others sent us is relayed to who still lacks it within so many milliseconds; where many
 * validators vote, within one for each of them.
 */
export const GOSSIP_RELAY_MS = 10

/** See {@link GOSSIP_RELAY_MS}; never later than this. */
export const GOSSIP_RELAY_MS_MAX = 100

/** Votes wait for others at most so long before their signatures are verified together. */
export const VOTE_BATCH_MS_MAX = 10

/** Messages whose meaning is remembered, as several peers send them; for all peers together. */
export const MESSAGES_REMEMBERED_MAX = 1_024

/** Longer messages are not remembered: a vote is shorter. */
export const REMEMBERED_MESSAGE_BYTES_MAX = 256

/**
 * Valid signatures that are remembered at most twice: of this height and of the one before. Enough
 * for ten thousand validators.
 */
export const SIGNATURES_REMEMBERED_MAX = 20_000

/**
 * Messages of a peer to one reactor that are taken a second, and at once; what comes beyond is not
 * looked at. An honest peer of a hundred validators, who decide ten blocks a second, sends a tenth.
 */
export const MESSAGES_PER_SECOND_MAX = 10_000

/** See {@link MESSAGES_PER_SECOND_MAX}. */
export const MESSAGES_BURST_MAX = 20_000

/** Every so many messages beyond count against a peer once. */
export const FLOOD_MESSAGES_PER_OFFENCE = 1_000
