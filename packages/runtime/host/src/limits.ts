/** Bounds of what a runtime may make its host do, each with a test at the bound and one beyond. */

/** Requests of a runtime that are worked on at once; what comes behind one more is not read. */
export const REQUESTS_MAX = 128
/** Calls to a runtime at once; one more is refused. The runtimes of this house take as many. */
export const CALLS_MAX = 128

/** Messages of a runtime that are neither requests nor answers to anything; one more is a flood. */
export const UNASKED_MAX = 1_024
/** Calls that nobody waits for any more, and that may still be answered. */
export const FORGOTTEN_MAX = 4_096

/** Milliseconds until a program must have connected. */
export const CONNECT_MS = 5_000
/** Milliseconds until a runtime must have said who it is. */
export const HANDSHAKE_MS = 1_000
/** Milliseconds that a request of a runtime waits until the handshake is over. */
export const READY_MS = 5_000
/** Milliseconds that checking transactions may take. */
export const CHECK_MS = 15_000
/** Milliseconds that a runtime may take for something that it is told. */
export const NOTICE_MS = 10_000
/** Milliseconds that everything else may take of which nobody says how long it may take. */
export const CALL_MS = 60_000
/** Milliseconds in which a runtime gives up its work, or is ended. */
export const ABORT_MS = 1_000
/** Milliseconds from one question whether a runtime lives to the next. */
export const PING_INTERVAL_MS = 15_000
/** Milliseconds in which it answers that. */
export const PING_MS = 5_000
/** Milliseconds for which a component's call to the runtime on the chain may take. */
export const ON_CHAIN_CALL_MS = 2_000
/** Milliseconds that a component's transaction may wait for its block. */
export const SUBMIT_MS = 60_000

/** Milliseconds before the second start, on average; each further one takes longer. */
export const RESTART_MS_MIN = 500
/** The longest wait for another start, on average. */
export const RESTART_MS_MAX = 3_600_000
/** Milliseconds after which a runtime that does not stay is not started again. */
export const RESTARTS_MS_MAX = 86_400_000
/** Milliseconds after which a runtime that has stayed may fail again as if for the first time. */
export const SMOOTH_MS = 900_000

/** Bytes of a line that a runtime writes; the rest of a longer one is dropped. */
export const LOG_LINE_BYTES_MAX = 10_000
/** Lines of a runtime that are kept. */
export const LOG_LINES_MAX = 10_000
/** Bytes of the lines of a runtime that are kept. */
export const LOG_BYTES_MAX = 1_048_576

/** How often a status is told again to a runtime that refuses it. */
export const STATUS_TRIES_MAX = 16
/** Milliseconds from one try to the next. */
export const STATUS_RETRY_MS = 1_000

/** Versions of a runtime that are hosted side by side, running or not. */
export const VERSIONS_MAX = 16

/** Bytes of memory of JavaScript in a runtime's thread. */
export const WORKER_HEAP_BYTES_MAX = 1_073_741_824

/** Bytes of each part of a program that is read to find the libraries that it needs. */
export const ELF_PART_BYTES_MAX = 16_777_216
/** Libraries that a program needs, theirs included. */
export const LIBRARIES_MAX = 256

/**
 * Bytes of young objects of a thread. At its bound, Node gives it 16 MiB more to be ended
 * in; had it more young objects than that, moving them would end the whole process.
 */
export const WORKER_YOUNG_BYTES_MAX = 25_165_824
