/** What is told of runtimes' blocks. Each watcher asks for one runtime. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type AnnotatedBlock, calls, streams } from '@wadi/consensus/roothash/api'
import type { ApiView } from '@wadi/consensus-services/kernel/api'
import type { Namespace } from '@wadi/primitives/namespace'
import { askState } from '../answers/stateAnswers.ts'
import { type Topics, telling } from './topic.ts'

function eventsOf(view: ApiView) {
  return askState(view, calls, 'RootHash/GetEvents', view.height)
}

/** The last block of a runtime, if there is such a runtime. */
function lastBlockOf(view: ApiView, runtimeId: Namespace): readonly AnnotatedBlock[] {
  const request = { runtimeId, height: view.height }
  try {
    const { lastBlock, lastBlockHeight } = askState(
      view,
      calls,
      'RootHash/GetRuntimeState',
      request,
    )
    return lastBlock === undefined ? [] : [{ consensusHeight: lastBlockHeight, block: lastBlock }]
  } catch (error) {
    if (error instanceof CodedError) return []
    throw error
  }
}

export const roothashTopics: Topics = telling(streams, {
  'RootHash/WatchBlocks': {
    nameOf: toHex,
    first: lastBlockOf,
    *told(view) {
      for (const { finalized, runtimeId } of eventsOf(view)) {
        const [last] = finalized === undefined ? [] : lastBlockOf(view, runtimeId)
        // Of two rounds in one block only the later one is in the state.
        if (last !== undefined && last.block.header.round === finalized?.round)
          yield { to: toHex(runtimeId), item: { ...last, consensusHeight: view.height } }
      }
    },
  },
  'RootHash/WatchEvents': {
    nameOf: toHex,
    *told(view) {
      // COMPAT(oasis-core): the end of a round is told as a block only.
      for (const event of eventsOf(view))
        if (event.finalized === undefined) yield { to: toHex(event.runtimeId), item: event }
    },
  },
  // The reference tells them when they come to its mempool; we, when they are in a block.
  'RootHash/WatchExecutorCommitments': {
    nameOf: toHex,
    *told(view) {
      for (const { executorCommitted, runtimeId } of eventsOf(view))
        if (executorCommitted !== undefined)
          yield { to: toHex(runtimeId), item: executorCommitted.commit }
    },
  },
})
