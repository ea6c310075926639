/** Bounds of the write-ahead log. */

/** Bytes of one record: the longest message of a channel of consensus, and who sent it. */
export const WAL_RECORD_BYTES_MAX = 1_048_576 + 1024

/** Bytes after which the log goes on in another file. */
export const WAL_SEGMENT_SIZE = 16 * 1024 * 1024

/** Messages of peers that are one frame. */
export const WAL_GATHERED_COUNT_MAX = 256

/** Bytes of messages after which a frame takes no more of them. A longer one has its own. */
export const WAL_GATHERED_BYTES_MAX = 65_536
