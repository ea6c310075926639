/** Bounds of this package. */

/** Bytes of a file with settings, a wallet, a password or words. */
export const FILE_BYTES_MAX = 65_536
/** Characters of an account's name. */
export const NAME_SIZE_MAX = 64
/** What a wallet may ask of a machine before it can be opened: KiB, passes, lanes. */
export const ARGON2_MEMORY_KIB_MAX = 1_048_576
export const ARGON2_PASSES_MAX = 16
export const ARGON2_LANES_MAX = 16
/** Digits of an amount before and behind the point. */
export const AMOUNT_DIGITS_MAX = 30
/** Blocks that are looked through for a transaction, backwards, unless told otherwise. */
export const BLOCKS_BACK = 1_000n
/** Blocks that are looked through for what happened in a round of a ParaTime. */
export const ROUND_BLOCKS_MAX = 1_000
/** Blocks that are asked for at once. */
export const BLOCKS_AT_ONCE = 16
/** How long a program that signs may take: a person looks at a device meanwhile. */
export const SIGNER_MS_MAX = 180_000
/** Bytes that a program that signs may say. */
export const SIGNER_BYTES_MAX = 65_536
/** After so long people are told what is waited for. */
export const QUIET_MS = 1_000
/** Nodes that a committee is drawn from, when its size is computed: exact numbers grow. */
export const POOL_SIZE_MAX = 2_000
/** How seldom a drawing may go wrong: once in so many. */
export const ODDS_MAX: bigint = 10n ** 30n
/** Numbers that are given with commas between them. */
export const ROWS_MAX = 20
/** Nodes of one process that run a ParaTime of somebody's own. */
export const COMPUTE_NODES_MAX = 7

/** Characters of what somebody gave in the place of something else that are repeated to them. */
export const QUOTED_SIZE_MAX = 32
