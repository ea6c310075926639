/** What the key manager is asked about CHURP. */

import type { Infer } from '@wadi/cbor/codec'
import { i64, u8 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Namespace } from '@wadi/primitives/namespace'
import { askedAt, askedBy, grown, watched } from '../api.ts'
import { NamespaceQuery } from '../registry/api.ts'
import { Genesis, Parameters, Status } from './types.ts'

/** Which scheme of which key manager is asked about. */
export const StatusQuery = struct({ height: i64, runtimeId: Namespace, churpId: u8 })
export type StatusQuery = Infer<typeof StatusQuery>

export const calls = {
  'KeyManager.Churp/StateToGenesis': askedAt(Genesis),
  'KeyManager.Churp/ConsensusParameters': askedAt(Parameters),
  'KeyManager.Churp/Status': askedBy(StatusQuery, Status),
  'KeyManager.Churp/Statuses': askedBy(NamespaceQuery, grown(Status)),
  'KeyManager.Churp/AllStatuses': askedAt(grown(Status)),
} as const

export const streams = {
  /** Those that there are, and each that is new or changes. */
  'KeyManager.Churp/WatchStatuses': watched(Status),
} as const
