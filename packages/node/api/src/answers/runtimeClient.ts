/**
 * What a node is asked about runtimes while it has none. COMPAT(oasis-core): half of the refusals
 * have no code there, and nodes that never follow runtimes do not have these calls at all.
 */

import { toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { calls as roothash } from '@wadi/consensus/roothash/api'
import type { WireRoot } from '@wadi/mkvs/syncer'
import type { Namespace } from '@wadi/primitives/namespace'
import { calls, streams } from '@wadi/runtime-protocol/client/api'
import { errors } from '@wadi/runtime-protocol/client/errors'
import type { ChainViews } from '../chainViews.ts'
import { type Topics, telling } from '../streams/topic.ts'
import { answered, type NodeMethods } from './nodeMethod.ts'
import { askState } from './stateAnswers.ts'

const registryErrors = definePlainErrors('runtime/registry', { notFound: 'runtime not found' })

/** The modes in which a node may follow runtimes. */
const MODES: ReadonlySet<string> = new Set(['client', 'compute', 'observer'])

/** May a node of this mode be asked about runtimes? */
export function followsRuntimes(mode: string): boolean {
  return MODES.has(mode)
}

function notHere(runtimeId: Uint8Array): never {
  throw registryErrors.notFound(toHex(runtimeId))
}

function notHosted(): never {
  throw errors.noHostedRuntime()
}

/** The answers about runtimes. */
export function runtimeClientMethods(views: ChainViews): NodeMethods {
  const ofRound = ({ runtimeId }: { readonly runtimeId: Namespace }) => notHere(runtimeId)
  const ofTree = ({ tree }: { readonly tree: { readonly root: WireRoot } }) =>
    notHere(tree.root.namespace)
  return answered(calls, {
    'RuntimeClient/SubmitTx': notHosted,
    'RuntimeClient/SubmitTxMeta': notHosted,
    'RuntimeClient/SubmitTxNoWait': notHosted,
    'RuntimeClient/CheckTx': notHosted,
    'RuntimeClient/GetGenesisBlock': (runtimeId) => {
      const request = { runtimeId, height: 0n }
      return askState(views.at(0n), roothash, 'RootHash/GetGenesisBlock', request)
    },
    'RuntimeClient/GetBlock': ofRound,
    'RuntimeClient/GetLastRetainedBlock': notHere,
    'RuntimeClient/GetTransactions': ofRound,
    'RuntimeClient/GetTransactionsWithResults': ofRound,
    'RuntimeClient/GetUnconfirmedTransactions': () => {
      throw errors.notFound()
    },
    'RuntimeClient/GetEvents': ofRound,
    'RuntimeClient/Query': notHosted,
    'RuntimeClient/StateSyncGet': ofTree,
    'RuntimeClient/StateSyncGetPrefixes': ofTree,
    'RuntimeClient/StateSyncIterate': ofTree,
  })
}

/** The streams about runtimes. */
export const runtimeClientTopics: Topics = telling(streams, {
  'RuntimeClient/WatchBlocks': { nameOf: notHere, told: () => [] },
})
