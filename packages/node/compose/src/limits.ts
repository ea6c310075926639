/** Bounds of what a node puts together. */

/** Connections at the port for signers at a time, whether they are signers or not. */
export const SIGNER_CONNECTIONS_MAX = 4

/** Who dials in has so long to show its key. */
export const SIGNER_HANDSHAKE_MS = 5_000

/** Of the files that a process may have open, each listener for calls takes one in so many. */
export const CALLERS_PART = 8
