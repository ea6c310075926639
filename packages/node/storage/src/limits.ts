/** Every bound of the stores on disk. */

import { CHUNK_COUNT_MAX } from '@wadi/mkvs/limits'

/** What a store says about itself: three short fields. */
export const STORE_HEADER_SIZE_MAX = 4096

/** Writes of the key-value store that may wait for the disk at the same time. */
export const WRITES_QUEUED_MAX = 256

/** Entries that one read from the disk fetches for a range. */
export const RANGE_CHUNK_ENTRIES = 256

/** Bytes of nodes and notes in one batch of the node log: one frame is held in memory. */
export const FRAME_SIZE_MAX = 512 * 1024 * 1024

/** Where the log goes on in another file. A frame never spans two files. */
export const SEGMENT_SIZE = 64 * 1024 * 1024

/** Addresses inside a rewritten segment are 32-bit offsets. */
export const SEGMENT_SPAN_MAX = 2 ** 32 - 1

/** Bytes of log after which the index is written anew: what is read again after a crash. */
export const INDEX_INTERVAL = 64 * 1024 * 1024

/** Dead records noted in memory before their lists are written: four bytes each, and the frames. */
export const FRESH_DEAD_MAX = 1_000_000

/** Pages of the node log kept in memory: 32 MiB. */
export const CACHE_PAGES_MAX = 4096
/** Bytes of a page. */
export const PAGE_SIZE = 8192

/** Notes of versions that are kept decoded. */
export const NOTES_CACHED_MAX = 64

/** Batches whose version is not finalized yet. The reference allows as many versions. */
export const PENDING_BATCHES_MAX = 5000

/** Pieces of one restore under way: every chunk of the checkpoints of both roots of a round. */
export const RESTORE_PIECES_MAX = 2 * CHUNK_COUNT_MAX

/** Bytes of the note that a piece of a restore carries for whoever resumes. */
export const RESTORE_NOTE_SIZE_MAX = 16 * 1024 * 1024

/** A segment is rewritten when fewer than this many hundredths of it are live. */
export const COMPACTION_LIVE_PERCENT = 50

/** Chunks of a checkpoint that are fetched at the same time. */
export const CHUNK_FETCHES_MAX = 16

/** Bytes of the metadata of a checkpoint: so many digests of 34 bytes, and the root. */
export const CHECKPOINT_META_SIZE_MAX = 34 * CHUNK_COUNT_MAX + 1024

/** Answers that one rule over a remote tree may ask for. */
export const REMOTE_FETCHES_MAX = 10_000

/** Where a record log goes on in another file. */
export const RECORD_SEGMENT_SIZE = 16 * 1024 * 1024

/** Heads of a segment that are kept to be listed; with so many the log goes on in another file. */
export const RECORD_HEADS_MAX = 4096

/** Bytes of records that wait in memory until somebody syncs or reads. */
export const RECORD_WAITING_SIZE = 64 * 1024

/** Full segments of a record log that are kept open. */
export const RECORD_FILES_MAX = 16

/** Damaged stretches of a record log that an opening lists. */
export const RECORD_DAMAGE_MAX = 1000

/** Stored trees that are kept open for whoever asks next. */
export const OPEN_TREES_MAX = 8

/** What they may hold in memory together before nodes that are stored are dropped. */
export const OPEN_TREES_BYTES_MAX = 67_108_864

/** How long a lock is waited for: longer than anybody needs who only looks whether it is held. */
export const LOCK_WAIT_MS = 250
