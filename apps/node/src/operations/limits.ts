/** Every bound of what an operator looks at the process with. */

/** Files of the data folder that are counted for its size; a node has some thousands. */
export const FILES_COUNTED_MAX = 1_000_000

/** The least time between two looks at the size of the data folder. */
export const FOLDER_LOOK_MS_MIN = 60_000

/** How long a Pushgateway may take to answer. */
export const PUSH_MS_MAX = 10_000

/** Seconds of a profile unless told otherwise: those of Go's own profiles. */
export const PROFILE_SECONDS = 30

/** The longest profile. */
export const PROFILE_SECONDS_MAX = 300

/** Connections to the profiles at a time. */
export const PROFILE_CONNECTIONS_MAX = 4

/** How long a request for a profile may take to be read. */
export const PROFILE_REQUEST_MS_MAX = 5_000

/** The age of the last block beyond which a node is not healthy; the reference syncs up to it. */
export const BLOCK_AGE_SECONDS_MAX = 60n

/** Rounds of which the state may be missing in a node that is well. */
export const ROUNDS_BEHIND_MAX = 20n
