/** Bounds of signing. */

/** Bytes of the file that says what was signed last. */
export const LAST_SIGN_FILE_BYTES_MAX = 4096

/** Requests to a signer elsewhere that wait; more than two a round are not made. */
export const SIGN_REQUESTS_MAX = 8

/** A signer elsewhere that has not answered by then is not waited for. COMPAT(cometbft): 5 s. */
export const SIGN_TIMEOUT_MS = 5_000

/** So often a signer that is not needed is asked whether it is there: it hangs up after 5 s. */
export const SIGNER_PING_MS = 3_000

/** Bytes of a message of a signer. COMPAT(cometbft): 10 KiB. */
export const SIGNER_MESSAGE_BYTES_MAX = 10_240

/** Characters of what a signer says about a refusal that are told on. */
export const SIGNER_WHY_SIZE_MAX = 200
