/** The channels of CometBFT's reactors that liars are interested in. */

export const DATA = 0x21
export const VOTES = 0x22
export const EVIDENCE = 0x38
export const BLOCK_SYNC = 0x40
