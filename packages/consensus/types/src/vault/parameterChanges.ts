import type { Infer } from '@wadi/cbor/codec'
import { u8 } from '@wadi/cbor/scalars'
import { optional, struct } from '@wadi/cbor/struct'
import { changedMap } from '../changedMap.ts'
import { GasCosts } from '../gas.ts'

/** What a proposal may change of the vault's parameters; undefined stays as it is. */
export const ParameterChanges = struct({
  maxAuthorityAddresses: optional(u8),
  gasCosts: changedMap(GasCosts),
})
export type ParameterChanges = Infer<typeof ParameterChanges>
