/** Bounds of the evidence pool and of what peers may send it. */

/** Bytes of a message. The reference's. */
export const EVIDENCE_MESSAGE_BYTES_MAX = 1_048_576

/** Pieces of evidence in one message; the reference sends one. */
export const EVIDENCE_MESSAGE_COUNT_MAX = 100

/**
 * Pieces of evidence that are looked at, of a peer, a second and at once. An honest one tells a
 * piece once in {@link REPEAT_DELAY_MS}; who made hundreds is in a block long before all are told.
 */
export const EVIDENCE_PER_SECOND_MAX = 200

/** See {@link EVIDENCE_PER_SECOND_MAX}. */
export const EVIDENCE_BURST_MAX = 2_000

/**
 * Pieces that wait for a block because of one offender: with ever new votes an offender could make
 * any number. One is enough to be punished, so nobody's offence is lost behind those of another.
 * As many pairs of votes wait for their height to be decided.
 */
export const PENDING_PER_OFFENDER_MAX = 4

/** Attacks on light clients that wait for a block: each may name any validator. */
export const PENDING_ATTACKS_MAX = 100

/** Messages that wait for a peer. */
export const EVIDENCE_QUEUE_MAX = 16

/** Every so often peers are told again what is still not in a block. The reference's. */
export const REPEAT_DELAY_MS = 10_000

/** After so long a peer is asked again whether it is above the height of evidence. */
export const CATCH_UP_DELAY_MS = 500

/** Bytes of the log after which it is written anew with what is still needed. */
export const EVIDENCE_LOG_BYTES_MAX = 4 * 1024 * 1024

/** Bytes of a record: the largest evidence that a block can hold. */
export const EVIDENCE_RECORD_BYTES_MAX = 16 * 1024 * 1024
