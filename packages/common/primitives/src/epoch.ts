import { u64 } from '@wadi/cbor/scalars'

/** The number of an epoch, counted from the network's base epoch. */
export type Epoch = bigint
export const Epoch = u64

/** No epoch: before the first block, and "never" where an epoch is awaited. */
export const EPOCH_INVALID: Epoch = 0xffff_ffff_ffff_ffffn
/** The last epoch there can be. */
export const EPOCH_MAX: Epoch = 0xffff_ffff_ffff_fffen
