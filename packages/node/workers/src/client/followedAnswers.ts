/** What a node answers of the runtimes that it follows: their rounds, and what was in these. */

import { toHex } from '@wadi/base/bytes'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { RuntimeAnswers, RuntimeCalls } from '@wadi/contracts/runtime-answers'
import type { ReadableState } from '@wadi/mkvs/state'
import type { WireRoot } from '@wadi/mkvs/syncer'
import { Namespace } from '@wadi/primitives/namespace'
import type { PlainEvent, RoundRequest } from '@wadi/runtime-protocol/client/api'
import { registryErrors } from '@wadi/runtime-protocol/client/errors'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { readTags, readTransactions } from '@wadi/runtime-protocol/transactions/readIoTree'
import type { RoundHistory } from '../history/roundHistory.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'

/** A runtime whose rounds are kept here. */
export interface FollowedRuntime {
  readonly history: RoundHistory
  readonly store: RuntimeStore
}

/** The calls that take no program that runs the runtime. */
type FollowedCall = Exclude<
  keyof RuntimeCalls,
  | 'RuntimeClient/SubmitTx'
  | 'RuntimeClient/SubmitTxMeta'
  | 'RuntimeClient/SubmitTxNoWait'
  | 'RuntimeClient/CheckTx'
  | 'RuntimeClient/Query'
  | 'RuntimeClient/GetUnconfirmedTransactions'
>

/** What is answered and told of runtimes that are followed. */
export interface FollowedAnswers extends Pick<RuntimeAnswers, 'watchBlocks'> {
  readonly answers: Pick<RuntimeAnswers['answers'], FollowedCall>
}

/** The answers about the runtimes that `find` knows. */
export function followedAnswers(
  find: (runtimeId: Namespace) => FollowedRuntime | undefined,
): FollowedAnswers {
  const followed = (runtimeId: Namespace): FollowedRuntime => {
    const found = find(runtimeId)
    if (found === undefined) throw registryErrors.notFound(toHex(runtimeId))
    return found
  }
  const ioOf = ({ runtimeId, round }: RoundRequest): ReadableState => {
    const { history, store } = followed(runtimeId)
    return store.ioOf(history.block(round).block.header)
  }
  const storeOf = ({ tree }: { readonly tree: { readonly root: WireRoot } }): RuntimeStore =>
    followed(Namespace.check(tree.root.namespace)).store
  return {
    answers: {
      'RuntimeClient/GetBlock': ({ runtimeId, round }) =>
        followed(runtimeId).history.block(round).block,
      'RuntimeClient/GetLastRetainedBlock': (runtimeId) => lastRetained(followed(runtimeId)).block,
      'RuntimeClient/GetTransactions': (request) =>
        readTransactions(ioOf(request)).map(({ input }) => input),
      'RuntimeClient/GetTransactionsWithResults': (request) => resultsIn(ioOf(request)),
      'RuntimeClient/GetEvents': (request) => readTags(ioOf(request)),
      'RuntimeClient/StateSyncGet': (request) => ({
        proof: storeOf(request).get(request),
      }),
      'RuntimeClient/StateSyncGetPrefixes': (request) => ({
        proof: storeOf(request).getPrefixes(request),
      }),
      'RuntimeClient/StateSyncIterate': (request) => ({
        proof: storeOf(request).iterate(request),
      }),
    },
    watchBlocks: (runtimeId, tell) => {
      const { history } = followed(runtimeId)
      const last = history.isReady ? history.lastSeenRound : undefined
      if (last !== undefined) tell(history.block(last))
      return history.watchSeen(tell)
    },
  }
}

/** The first block whose state is here, too: trees may begin later than blocks. */
function lastRetained({ history, store }: FollowedRuntime): AnnotatedBlock {
  const { earliestRound = 0n } = history
  const { earliestRound: stored = 0n } = store
  // COMPAT(oasis-core): the first block is given even where nothing is seen from outside yet.
  if (stored > earliestRound) return history.block(stored)
  return history.committedBlock(earliestRound) ?? history.block(earliestRound)
}

function resultsIn(io: ReadableState) {
  const eventsOf = new Map<string, PlainEvent[]>()
  for (const { key, value, txHash } of readTags(io)) {
    const name = toHex(txHash)
    const events = eventsOf.get(name) ?? []
    events.push({ key, value })
    eventsOf.set(name, events)
  }
  return readTransactions(io).map(({ input, output }) => ({
    tx: input,
    result: output,
    events: eventsOf.get(toHex(hashOfTransaction(input))) ?? [],
  }))
}
