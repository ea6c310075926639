/** What roothash is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { i64, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, struct } from '@wadi/cbor/struct'
import { Namespace } from '@wadi/primitives/namespace'
import { askedAt, askedBy, grown, watchedFor } from '../api.ts'
import { Block, RoundRoots } from './block.ts'
import { ExecutorCommitment } from './commitments.ts'
import { Event } from './events.ts'
import { IncomingMessage, IncomingMessageQueueMeta } from './messages.ts'
import { Genesis, Parameters, RoundResults, RuntimeState } from './types.ts'

/** Which runtime is asked about. */
export const RuntimeQuery = struct({ runtimeId: Namespace, height: i64 })
export type RuntimeQuery = Infer<typeof RuntimeQuery>

/** The roots of which round are asked for. */
export const RoundRootsQuery = struct({ runtimeId: Namespace, height: i64, round: u64 })
export type RoundRootsQuery = Infer<typeof RoundRootsQuery>

/** Which messages of a queue are asked for: from a number on, and no more than so many. */
export const IncomingMessageQueueQuery = struct({
  runtimeId: Namespace,
  height: i64,
  offset: omitEmpty(u64),
  /** Zero is any number. */
  limit: omitEmpty(u32),
})
export type IncomingMessageQueueQuery = Infer<typeof IncomingMessageQueueQuery>

/** A block of a runtime, and the height at which it came. */
export const AnnotatedBlock = struct({ consensusHeight: i64, block: Block })
export type AnnotatedBlock = Infer<typeof AnnotatedBlock>

export const calls = {
  'RootHash/GetGenesisBlock': askedBy(RuntimeQuery, Block),
  'RootHash/GetLatestBlock': askedBy(RuntimeQuery, Block),
  'RootHash/GetRuntimeState': askedBy(RuntimeQuery, RuntimeState),
  'RootHash/GetLastRoundResults': askedBy(RuntimeQuery, RoundResults),
  'RootHash/GetRoundRoots': askedBy(RoundRootsQuery, nilable(RoundRoots)),
  'RootHash/GetPastRoundRoots': askedBy(RuntimeQuery, mapOf(u64, RoundRoots)),
  'RootHash/GetIncomingMessageQueueMeta': askedBy(RuntimeQuery, IncomingMessageQueueMeta),
  'RootHash/GetIncomingMessageQueue': askedBy(IncomingMessageQueueQuery, grown(IncomingMessage)),
  'RootHash/StateToGenesis': askedAt(Genesis),
  'RootHash/ConsensusParameters': askedAt(Parameters),
  'RootHash/GetEvents': askedAt(grown(Event)),
} as const

export const streams = {
  /** The last block of a runtime, and each that follows. */
  'RootHash/WatchBlocks': watchedFor(Namespace, AnnotatedBlock),
  'RootHash/WatchEvents': watchedFor(Namespace, Event),
  'RootHash/WatchExecutorCommitments': watchedFor(Namespace, ExecutorCommitment),
} as const
