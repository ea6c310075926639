/** From where on something is worth a word. */

/** How far the machine's clock may be from the time of the last block. */
export const CLOCK_OFF_SECONDS_MAX = 10n

/** How long another block is waited for when the last one is old. */
export const BLOCK_WAIT_MS_MAX = 15_000

/** Between two looks for another block. */
export const BLOCK_LOOK_MS = 500

/** Free bytes on the disk of the data folder: less, and the node soon stops. */
export const DISK_FREE_BYTES_MIN = 2_147_483_648n

/** Owners of validators whose stake is looked at. */
export const OWNERS_MAX = 2_000

/** Rounds of an epoch before it is worth a word that a worker was in few of them. */
export const LIVE_ROUNDS_MIN = 10n

/** The part of rounds that a worker is to be in where its runtime demands nothing. */
export const LIVE_PERCENT_MIN = 50n
