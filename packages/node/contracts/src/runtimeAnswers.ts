/** Between a node's calls and its workers: what only those know who follow or run runtimes. */

import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { ChunkMetadata, Metadata } from '@wadi/mkvs/checkpoint/metadata'
import type { Proof } from '@wadi/mkvs/proof'
import type { Root, WriteLog } from '@wadi/mkvs/roots'
import type { GetPrefixesRequest, GetRequest, IterateRequest } from '@wadi/mkvs/syncer'
import type { Namespace } from '@wadi/primitives/namespace'
import type { calls } from '@wadi/runtime-protocol/client/api'
import type { SyncedRound } from '@wadi/runtime-protocol/client/storageApi'
import type { Answers } from './answers.ts'

/** The calls about runtimes that the state of the consensus layer does not answer. */
export type RuntimeCalls = Omit<typeof calls, 'RuntimeClient/GetGenesisBlock'>

/** The trees of one runtime on a node. */
export interface RuntimeTrees {
  /** The last round whose trees are here for good; undefined before there is one. */
  lastSynced(): SyncedRound | undefined
  /** Makes no checkpoints from now on, or again. */
  pauseCheckpoints(isPaused: boolean): void
  get(request: GetRequest): Proof
  getPrefixes(request: GetPrefixesRequest): Proof
  iterate(request: IterateRequest): Proof
  /** What changed from one root to the next. */
  diff(from: Root, to: Root): WriteLog
  /** The checkpoints that there are. */
  checkpoints(): readonly Metadata[]
  /** One chunk of these, or why it cannot be had. */
  chunk(name: ChunkMetadata): Uint8Array
}

/** What a node answers and tells about its runtimes. */
export interface RuntimeAnswers {
  /** The trees of a runtime, if there are any here. A node that keeps no trees does not have it. */
  readonly treesOf?: (runtimeId: Namespace) => RuntimeTrees | undefined
  readonly answers: Answers<RuntimeCalls>
  /** Tells the last block, if there is one, and each one that comes. Returns how to stop. */
  watchBlocks(runtimeId: Namespace, tell: (block: AnnotatedBlock) => void): () => void
}
