/**
 * Bounds of the engine. Mempool, log, stores and signing have their own beside them.
 *
 * Memory that a peer can make us hold, beside its connection (`@wadi/comet-p2p/limits`):
 *
 *   a message of each channel that is not whole   {@link PEER_RECEIVING_BYTES_MAX}
 *   where it is and which votes and parts it has  9 kB, with ten thousand validators
 *   requests that we have not answered            40 heights and 16 chunks: 4 kB
 *   snapshots that it offers, while we look       10 of 4 MB; of all peers 64 MiB
 *   evidence that it was told of                  a key for each piece in the pool
 *   transactions and evidence themselves          nothing: they are the pool's, whoever sent them
 *
 * Of all peers together:
 *
 *   blocks that wait for those before them        128 MiB and two blocks, as they came
 *   chunks that wait for those before them        8 of 16 MB
 *   votes whose signatures are not verified       {@link VOTES_WAITING_MAX}: 1 MB
 *   votes of rounds beyond ours                   of two rounds per peer, signed by validators
 *   messages and votes whose bytes are remembered {@link VOTES_REMEMBERED_MAX}: 2 MB
 */

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

/**
 * Parts of a block wait so long for the peer to get them from others; CometBFT polls every 100 ms.
 */
export const GOSSIP_DATA_RELAY_MS = 50

/** Votes wait for others at most so long before their signatures are verified together. */
export const VOTE_BATCH_MS_MAX = 10

/** Messages whose meaning is remembered, as several peers send them; for all peers together. */
export const MESSAGES_REMEMBERED_MAX = 1_024

/** Longer messages are not remembered: what many say is shorter. */
export const REMEMBERED_MESSAGE_BYTES_MAX = 256

/** Votes that are remembered with their bytes: of a hundred validators, those of ten rounds. */
export const VOTES_REMEMBERED_MAX = 2_048

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

/** Every so many messages, votes or pieces of evidence beyond count against a peer once. */
export const FLOODED_PER_OFFENCE = 1_000

/**
 * Votes of a peer, a second and at once, against validators who have contradicted themselves
 * before; none is of use. An honest peer keeps one such vote of a validator in a step.
 */
export const CONTRADICTIONS_PER_SECOND_MAX = 100

/** See {@link CONTRADICTIONS_PER_SECOND_MAX}. */
export const CONTRADICTIONS_BURST_MAX = 1_000

/**
 * Bytes of the longest message of every channel: a block of 100 MiB, a chunk of 16 MB, metadata of
 * a snapshot of 4 MB, and a mebibyte on each of the other six.
 */
export const PEER_RECEIVING_BYTES_MAX = 132_000_000

/** What is kept of a peer that says whatever it likes to a node that does not sync. */
export const PEER_KEPT_BYTES_MAX = 1_048_576
