/** Between a node's calls and its workers: what only those know who follow or run runtimes. */

import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { Namespace } from '@wadi/primitives/namespace'
import type { calls } from '@wadi/runtime-protocol/client/api'
import type { Answers } from './answers.ts'

/** The calls about runtimes that the state of the consensus layer does not answer. */
export type RuntimeCalls = Omit<typeof calls, 'RuntimeClient/GetGenesisBlock'>

/** What a node answers and tells about its runtimes. */
export interface RuntimeAnswers {
  readonly answers: Answers<RuntimeCalls>
  /** Tells the last block, if there is one, and each one that comes. Returns how to stop. */
  watchBlocks(runtimeId: Namespace, tell: (block: AnnotatedBlock) => void): () => void
}
