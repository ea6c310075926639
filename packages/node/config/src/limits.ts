/** What a file of the configuration may have: far more than a person writes. */

/** Bytes of a file, before and after its variables have been put in. */
export const FILE_SIZE_MAX = 262_144

/** Tables and lists inside each other. */
export const DEPTH_MAX = 32

/** Columns by which a line can be indented. */
export const COLUMN_MAX = 128

/** Values of a file, those that an alias stands for counted each time. */
export const VALUE_COUNT_MAX = 10_000

/** Aliases: each is looked up in the whole file. */
export const ALIAS_COUNT_MAX = 100

/** Mistakes of a file that are told at once: whoever has more has another file in mind. */
export const MISTAKES_MAX = 50

/** Bytes of the descriptor of an entity. */
export const ENTITY_FILE_SIZE_MAX = 1_048_576

/** Bytes of a socket's path, as systems have it: 108 on Linux, 104 elsewhere, one to end it. */
export const SOCKET_PATH_SIZE_MAX: number = process.platform === 'darwin' ? 103 : 107

/** Nodes that light blocks are asked of: one, and another to compare with. */
export const LIGHT_PROVIDERS_MIN = 2
