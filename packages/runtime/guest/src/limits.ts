/** Bounds of what a host may make a runtime do, each with a test at the bound and one beyond. */

import { MESSAGE_SIZE_MAX } from '@wadi/runtime-protocol/limits'

/** Requests of the host that are worked on at once; more are refused at once. */
export const REQUESTS_MAX = 128
/** Questions that one request of the host may lead to. */
export const QUESTIONS_MAX = 65_536
/** Bytes of all proofs that one request of the host may lead to. */
export const PROOF_BYTES_MAX = 268_435_456
/** Trees that are kept for the next request. */
export const TREES_KEPT_MAX = 8
/** Bytes of all nodes in memory up to which a tree is copied before it becomes the next one. */
export const COPIED_BYTES_MAX = 8_388_608
/** Bytes of memory for all trees together. */
export const TREE_MEMORY_BYTES_MAX = 1_073_741_824
/** Pairs that are asked for at once by whoever seems to walk. */
export const PREFETCH_COUNT = 64
/** Questions after which a request of the host seems to walk. */
export const LOOKUPS_MAX = 8
/** Keys that a run may miss by guessing, which are asked for at once. */
export const GUESSED_KEYS_MAX = 16_384
/** Keys in one question: hosts answer only so long a one, and a tree may have 32 levels. */
export const KEYS_PER_QUESTION_MAX = 2_048
/** Milliseconds that a batch waits for a key of what it can leave for later. */
export const KEY_WAIT_MS = 1_000
/** Milliseconds until there must be a connection to the host. */
export const CONNECT_TIMEOUT_MS = 5_000
/** Bytes that may wait in a port between threads; a piece may be beyond it. */
export const PORT_ROOM_BYTES = 1_048_576
/** Bytes of one piece: a message and its size. */
export const PORT_PIECE_BYTES_MAX: number = MESSAGE_SIZE_MAX + 4
