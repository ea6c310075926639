/** What the scheduler is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { i64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Namespace } from '@wadi/primitives/namespace'
import { askedAt, askedBy, grown, watched } from '../api.ts'
import { Committee } from './committee.ts'
import { Genesis, Parameters, Validator } from './types.ts'

/** Whose committees are asked for. */
export const CommitteesQuery = struct({ height: i64, runtimeId: Namespace })
export type CommitteesQuery = Infer<typeof CommitteesQuery>

export const calls = {
  /** COMPAT(oasis-core): the reference answers in any order. */
  'Scheduler/GetValidators': askedAt(list(Validator)),
  'Scheduler/GetCommittees': askedBy(CommitteesQuery, grown(Committee)),
  'Scheduler/StateToGenesis': askedAt(Genesis),
  'Scheduler/ConsensusParameters': askedAt(Parameters),
} as const

export const streams = {
  /** Those that there are, and each that is elected. */
  'Scheduler/WatchCommittees': watched(Committee),
} as const
