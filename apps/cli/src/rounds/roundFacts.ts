/** What is known of a round, before anybody puts it into words. */

import type { RoundResults, RuntimeState } from '@wadi/consensus/roothash'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import type { ExecutionDiscrepancyEvent } from '@wadi/consensus/roothash/events'
import type { CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { Address } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'

/** A node of the committee, once for all of its roles. */
export interface Member {
  /** From 1 on, in the order of the committee: how the story names it. */
  readonly number: number
  readonly node: PublicKey
  /** Nothing if the node was not registered any more. */
  readonly entity: PublicKey | undefined
  readonly roles: readonly CommitteeRole[]
  /** Whose turn it is to propose; nothing for those who only stand by. */
  readonly rank: bigint | undefined
}

/** A block of the consensus layer. */
export interface Moment {
  readonly height: bigint
  /** Seconds since 1970. */
  readonly time: bigint
}

/** Something that happened in a round. */
export type Step = Moment &
  (
    | {
        readonly kind: 'commitment'
        readonly commitment: ExecutorCommitment
        readonly transaction: string
        /** Why the network did not take it. */
        readonly refusal: string | undefined
      }
    | {
        /** That a node said two things, in whichever round. */
        readonly kind: 'evidence'
        readonly node: PublicKey
        readonly about: bigint
        readonly transaction: string
      }
    | { readonly kind: 'discrepancy'; readonly discrepancy: ExecutionDiscrepancyEvent }
  )

/** That stake was taken, or given to those who were right. */
export interface Payment {
  readonly height: bigint
  readonly kind: 'slashed' | 'rewarded'
  readonly account: Address
  readonly amount: bigint
}

/** That the network held something against a node. */
export interface Penalty {
  readonly node: PublicKey
  /** Until which epoch it is in no committee at all. */
  readonly frozenUntil: bigint | undefined
  /** Until which epoch it is in no committee of this ParaTime, and how often it was bad. */
  readonly suspended: { readonly until: bigint; readonly failures: number } | undefined
}

/** How a round ended. */
export interface RoundEnd extends Moment {
  readonly state: RuntimeState
  /** Of rounds that brought something. */
  readonly results: RoundResults | undefined
}

/** See the top of this file. */
export interface RoundFacts {
  readonly round: bigint
  /** The block of the round before; its time is unknown if the node has dropped it. */
  readonly began: { readonly height: bigint; readonly time: bigint | undefined }
  readonly end: RoundEnd | undefined
  /** What it was while the round went on. */
  readonly state: RuntimeState
  readonly members: readonly Member[]
  readonly steps: readonly Step[]
  readonly payments: readonly Payment[]
  readonly penalties: readonly Penalty[]
  /** The first block that was looked through, if that is not the first one of the round. */
  readonly lookedFrom: bigint | undefined
}
