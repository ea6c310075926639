/**
 * What the program says of its version: the release of the reference whose protocols it speaks,
 * and what it is behind the sign at which the reference stops to read.
 */
export const SOFTWARE_VERSION = '26.1.0+wadi.0.1.0'

/** What peers of the network of runtimes are told. */
export const USER_AGENT = `oasis-core/${SOFTWARE_VERSION}`
