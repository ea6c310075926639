/**
 * What a node is asked about runtimes. Its workers know; without them this is how a node is
 * refused that has no runtimes. COMPAT(oasis-core): half of the refusals have no code there, and
 * nodes that never follow runtimes do not have these calls at all.
 */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { calls as roothash } from '@wadi/consensus/roothash/api'
import { errors as roothashErrors } from '@wadi/consensus/roothash/errors'
import type { Answer } from '@wadi/contracts/answers'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import type { WireRoot } from '@wadi/mkvs/syncer'
import type { Namespace } from '@wadi/primitives/namespace'
import { calls } from '@wadi/runtime-protocol/client/api'
import { errors, registryErrors } from '@wadi/runtime-protocol/client/errors'
import type { ChainViews } from '../chainViews.ts'
import { answered, type NodeMethods } from './nodeMethod.ts'
import { askState } from './stateAnswers.ts'

/** The modes in which a node is asked about runtimes, whether it has any or not. */
const MODES: ReadonlySet<string> = new Set(['client', 'compute', 'observer'])

/** May a node be asked about runtimes? COMPAT(oasis-core): an archive only if it has some. */
export function followsRuntimes(mode: string, runtimes: RuntimeAnswers | undefined): boolean {
  return MODES.has(mode) || (mode === 'archive' && runtimes !== undefined)
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
    'RuntimeClient/GetBlock': missingSaid(answers['RuntimeClient/GetBlock']),
    'RuntimeClient/GetLastRetainedBlock': missingSaid(
      answers['RuntimeClient/GetLastRetainedBlock'],
    ),
    'RuntimeClient/Query': missingSaid(answers['RuntimeClient/Query']),
    'RuntimeClient/GetGenesisBlock': missingSaid((runtimeId: Namespace) => {
      const request = { runtimeId, height: 0n }
      return askState(views.at(0n), roothash, 'RootHash/GetGenesisBlock', request)
    }),
  })
}

const MISSING: readonly CodedError[] = [errors.notFound(), roothashErrors.notFound()]

/**
 * COMPAT(oasis-core): of four calls also the status of gRPC says that something is not there, for
 * clients that read no details.
 */
function missingSaid<Q, A>(answer: Answer<Q, A>): Answer<Q, A> {
  return async (request, asker) => {
    try {
      return await answer(request, asker)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const { module, code, message } = error
      const isMissing = MISSING.some((one) => one.module === module && one.code === code)
      throw isMissing ? new CodedError(module, code, 'grpc.notFound', message) : error
    }
  }
}
