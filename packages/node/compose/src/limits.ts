/** Bounds of what a node puts together. */

/** Connections at the port for signers at a time, whether they are signers or not. */
export const SIGNER_CONNECTIONS_MAX = 4

/** Who dials in has so long to show its key. */
export const SIGNER_HANDSHAKE_MS = 5_000

/** Ports that are tried for one purpose. */
export const PORT_TRIES = 50

/** Of the files that a process may have open, each listener for calls takes one in so many. */
export const CALLERS_PART = 8

/** Of what the port for everybody has one caller may have one in so many connections and calls. */
export const CALLER_PART = 4

/** How long it takes until the blocks of a runtime are sought again that could not be read. */
export const HISTORY_RETRY_MS_FIRST = 500
export const HISTORY_RETRY_MS_MAX = 30_000

/** A stream of the node itself that broke off is begun again after so long. */
export const WATCH_AGAIN_MS = 1_000

/** What an archive would ask others fails after so long: it has none, and is not in a hurry. */
export const OFFLINE_ANSWER_MS = 1_000

/** Peers that are asked for light blocks: one, and the witnesses of the reference. */
export const LIGHT_PEERS = 3

/** Whose last block is older does not follow the chain, and is not waited for. */
export const LIGHT_LAG_MS_MAX = 60_000

/** Somebody who is asked for light blocks is looked for so often, and so many times. */
export const LIGHT_PEER_LOOK_MS = 200
export const LIGHT_PEER_LOOKS_MAX = 45

/**
 * How long a program of this house may take to begin in a thread. Nothing is lost by waiting, and
 * threads that are ended too early on a busy machine only make it busier.
 */
export const THREAD_START_MS = 60_000
