import type { Infer } from '@wadi/cbor/codec'
import { u32, u64 } from '@wadi/cbor/scalars'
import { nilable, optional, struct } from '@wadi/cbor/struct'
import { changedMap } from '../changedMap.ts'
import { GasCosts } from '../gas.ts'

/** What a proposal may change of roothash's parameters; undefined stays as it is. */
export const ParameterChanges = struct({
  gasCosts: changedMap(GasCosts),
  maxRuntimeMessages: nilable(u32),
  maxInRuntimeMessages: nilable(u32),
  maxEvidenceAge: nilable(u64),
  maxPastRootsStored: optional(u64),
})
export type ParameterChanges = Infer<typeof ParameterChanges>
