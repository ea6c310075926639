/**
 * What a node is asked about runtimes. Its workers know; without them this is how a node is
 * refused that has no runtimes. COMPAT(oasis-core): half of the refusals have no code there, and
 * nodes that never follow runtimes do not have these calls at all.
 */

import { toHex } from '@wadi/base/bytes'
import { calls as roothash } from '@wadi/consensus/roothash/api'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import type { WireRoot } from '@wadi/mkvs/syncer'
import type { Namespace } from '@wadi/primitives/namespace'
import { calls } from '@wadi/runtime-protocol/client/api'
import { errors, registryErrors } from '@wadi/runtime-protocol/client/errors'
import type { ChainViews } from '../chainViews.ts'
import { answered, type NodeMethods } from './nodeMethod.ts'
import { askState } from './stateAnswers.ts'

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

function notPooled(): never {
  throw errors.notFound()
}

function noRound({ runtimeId }: { readonly runtimeId: Namespace }): never {
  return notHere(runtimeId)
}

function noTree({ tree }: { readonly tree: { readonly root: WireRoot } }): never {
  return notHere(tree.root.namespace)
}

/** Of a node that has no runtimes. */
export const NO_RUNTIMES: RuntimeAnswers = {
  answers: {
    'RuntimeClient/SubmitTx': notHosted,
    'RuntimeClient/SubmitTxMeta': notHosted,
    'RuntimeClient/SubmitTxNoWait': notHosted,
    'RuntimeClient/CheckTx': notHosted,
    'RuntimeClient/GetBlock': noRound,
    'RuntimeClient/GetLastRetainedBlock': notHere,
    'RuntimeClient/GetTransactions': noRound,
    'RuntimeClient/GetTransactionsWithResults': noRound,
    'RuntimeClient/GetUnconfirmedTransactions': notPooled,
    'RuntimeClient/GetEvents': noRound,
    'RuntimeClient/Query': notHosted,
    'RuntimeClient/StateSyncGet': noTree,
    'RuntimeClient/StateSyncGetPrefixes': noTree,
    'RuntimeClient/StateSyncIterate': noTree,
  },
  watchBlocks: notHere,
}

/** The answers about runtimes. */
export function runtimeClientMethods(views: ChainViews, { answers }: RuntimeAnswers): NodeMethods {
  return answered(calls, {
    ...answers,
    'RuntimeClient/GetGenesisBlock': (runtimeId) => {
      const request = { runtimeId, height: 0n }
      return askState(views.at(0n), roothash, 'RootHash/GetGenesisBlock', request)
    },
  })
}
