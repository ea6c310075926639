/** Bounds of signing. */

/** Bytes of the file that says what was signed last. */
export const LAST_SIGN_FILE_BYTES_MAX = 4096
