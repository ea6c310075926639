/** Bounds of this package. */

/** Key files are a few hundred bytes; a file larger than this is none. */
export const KEY_FILE_BYTES_MAX = 16_384
