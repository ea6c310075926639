/** What the scheduler keeps in the state: who validates. Committees have a file of their own. */

import type { Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { bool, byteList, i64, u8, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, struct } from '@wadi/cbor/struct'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Quantity } from '@wadi/primitives/quantity'
import { nilOrEmpty } from '../nilOrEmpty.ts'
import { CommitteeKind, CommitteeRole } from './committee.ts'

/** How voting power follows from stake. */
export const VOTING_POWER_DISTRIBUTIONS = { linear: 0, sqrt: 1 } as const

/** A node that validates, its entity, and what its vote weighs. */
export const Validator = struct({ id: PublicKey, entityId: PublicKey, votingPower: i64 })
export type Validator = Infer<typeof Validator>

/**
 * Validators by consensus key.
 * COMPAT(oasis-core): the values are pointers, and null is kept; no rule writes it.
 */
export const Validators = mapOf(PublicKey, nilable(Validator))
export type Validators = Infer<typeof Validators>

/** A node that is elected whatever the dice say. For tests. */
export const ForceElectCommitteeRole = struct({
  kind: omitEmpty(CommitteeKind),
  roles: omitEmpty(byteList(CommitteeRole)),
  index: omitEmpty(u64),
})
export type ForceElectCommitteeRole = Infer<typeof ForceElectCommitteeRole>

/** How many validators there are, and what their votes weigh. */
export const Parameters = struct({
  minValidators: i64,
  maxValidators: i64,
  maxValidatorsPerEntity: i64,
  debugBypassStake: omitEmpty(bool),
  rewardFactorEpochElectionAny: Quantity,
  // The reference asks whether it is there, not whether it is empty.
  debugForceElect: nilOrEmpty(
    mapOf(Namespace, nilable(mapOf(PublicKey, nilable(ForceElectCommitteeRole)))),
  ),
  debugAllowWeakAlpha: omitEmpty(bool),
  votingPowerDistribution: omitEmpty(u8),
})
export type Parameters = Infer<typeof Parameters>

/** The scheduler's section of the genesis document. */
export const Genesis = struct({ params: Parameters })
export type Genesis = Infer<typeof Genesis>
