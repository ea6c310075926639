import type { Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { bool, u8 } from '@wadi/cbor/scalars'
import { optional, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { changedMap } from '../changedMap.ts'
import { GasCosts } from '../gas.ts'
import { RuntimeGovernanceModel } from './runtime.ts'
import { TeeFeatures } from './types.ts'

/** What a proposal may change of the registry's parameters; undefined stays as it is. */
export const ParameterChanges = struct({
  disableRuntimeRegistration: optional(bool),
  disableKmRuntimeRegistration: optional(bool),
  gasCosts: changedMap(GasCosts),
  maxNodeExpiration: optional(Epoch),
  enableRuntimeGovernanceModels: changedMap(mapOf(RuntimeGovernanceModel, bool)),
  teeFeatures: optional(TeeFeatures),
  maxRuntimeDeployments: optional(u8),
})
export type ParameterChanges = Infer<typeof ParameterChanges>
