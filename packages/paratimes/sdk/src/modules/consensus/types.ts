/** What the bridge to the consensus layer keeps and is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { rustEnum } from '@wadi/cbor/oneOf'
import { u64 } from '@wadi/cbor/scalars'
import { nilable, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { Denomination, U128 } from '../../types/token.ts'

export const GasCosts = struct({ roundRoot: u64 })

export const Parameters = struct({
  gasCosts: GasCosts,
  /** What the base units of the consensus layer are called here. */
  consensusDenomination: Denomination,
  /** Of so many here there is one there. A power of ten. */
  consensusScalingFactor: u64,
  /** In base units of the consensus layer. */
  minDelegateAmount: U128,
})
export type Parameters = Infer<typeof Parameters>

const RootKind = rustEnum({ state: 1, io: 2 })

/** Body of consensus.RoundRoot. */
export const RoundRootQuery = struct({ runtimeId: Namespace, round: u64, kind: RootKind })
export type RoundRootQuery = Infer<typeof RoundRootQuery>

/** The root, if it is known still. */
export const RoundRoot = nilable(Hash)
