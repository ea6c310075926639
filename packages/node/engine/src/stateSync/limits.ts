/** Bounds of state sync. Those of the first group are the reference's. */

/** Snapshots that a peer is told of, and that are taken from a peer. */
export const RECENT_SNAPSHOTS = 10
/** Bytes of a message about a snapshot. */
export const SNAPSHOT_MESSAGE_BYTES_MAX = 4_000_000
/** Bytes of a message with a chunk. */
export const CHUNK_MESSAGE_BYTES_MAX = 16_000_000
/** Whoever has not sent a chunk by then may be asked for it once more. */
export const CHUNK_REQUEST_MS = 10_000
/** Chunks that are asked for at once. */
export const CHUNKS_IN_FLIGHT = 4
/** A snapshot of which no chunk comes for so long is given up. */
export const CHUNK_TIMEOUT_MS = 120_000
/** The least time to listen for snapshots, unless it is none. */
export const DISCOVERY_MS_MIN = 5_000

/** Bytes of all snapshots' metadata that are remembered. */
export const SNAPSHOT_BYTES_MAX = 64 * 1024 * 1024
/** Chunks that are here or asked for before those before them are applied. */
export const CHUNK_WINDOW = 8
/** Whoever gives nothing for so long is passed over, at the least; CHUNK_REQUEST_MS at the most. */
export const CHUNK_PATIENCE_MS_MIN = 2_000
/** Times that the application may want one chunk again before it is fetched again. */
export const CHUNK_RETRIES_MAX = 3
/** Times that chunks are fetched again, with nobody to blame, before a snapshot is given up. */
export const REFETCHES_MAX = 100
/** Times in a row that providers of light blocks, always the same, may contradict each other. */
export const DISPUTES_MAX = 30
/** A provider of light blocks that says nothing for so long has nothing to say. */
export const PROVIDER_TIMEOUT_MS = 10_000

/** Messages about snapshots that wait for a peer. */
export const SNAPSHOT_QUEUE_MAX = 10
/** Messages with chunks that wait for a peer. */
export const CHUNK_QUEUE_MAX = 4
/** Chunks that a peer may have asked for without having got them. */
export const CHUNK_REQUESTS_MAX = 16
/** A peer is told of snapshots at most so often. */
export const SNAPSHOTS_INTERVAL_MS = 1000
/** Snapshots that are remembered as refused. */
export const REFUSED_SNAPSHOTS_MAX = 10_000
