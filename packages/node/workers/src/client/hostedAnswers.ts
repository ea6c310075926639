/** What a node answers of the runtimes that it runs: transactions, and questions to the runtime. */

import type { TransactionError } from '@wadi/consensus/consensus/api'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import type { Namespace } from '@wadi/primitives/namespace'
import type { ComponentId, SubmittedTransaction } from '@wadi/runtime-protocol/client/api'
import { errors } from '@wadi/runtime-protocol/client/errors'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import type { Ask } from '../chain.ts'
import { noComponent } from '../errors.ts'
import type { ExecutorShell } from '../executor/executorShell.ts'
import type { RuntimeCalls } from '../executor/runtimeCalls.ts'
import type { RoundHistory } from '../history/roundHistory.ts'
import type { AwaitedTransactions } from './awaitedTransactions.ts'

/** A runtime that runs here. */
export interface HostedParts {
  readonly history: RoundHistory
  readonly calls: RuntimeCalls
  readonly awaited: AwaitedTransactions
  readonly pool: Pick<ExecutorShell, 'submit' | 'unconfirmed'>
}

/** What the answers are made of. */
export interface HostedAnswersOptions {
  readonly ask: Ask
  /** Is this node where the consensus layer is? */
  readonly isSynced: () => boolean
  readonly find: (runtimeId: Namespace) => HostedParts | undefined
}

/** The calls that take a program that runs the runtime. */
type HostedCall =
  | 'RuntimeClient/SubmitTx'
  | 'RuntimeClient/SubmitTxMeta'
  | 'RuntimeClient/SubmitTxNoWait'
  | 'RuntimeClient/CheckTx'
  | 'RuntimeClient/Query'
  | 'RuntimeClient/GetUnconfirmedTransactions'

const LAST_HEIGHT = 0n
/** The component that runs rounds. */
const MAIN_COMPONENT = 'ronl'

/** COMPAT(oasis-core): how the refusal of a runtime is told. */
function refusal({ module, code, message }: TransactionError) {
  return errors.checkTxFailed(`runtime error: module: ${module} code: ${code} message: ${message}`)
}

/** The answers about the runtimes that `find` knows. */
export function hostedAnswers({
  ask,
  isSynced,
  find,
}: HostedAnswersOptions): Pick<RuntimeAnswers['answers'], HostedCall> {
  const hosted = (runtimeId: Namespace): HostedParts => {
    const found = find(runtimeId)
    if (found === undefined) throw errors.noHostedRuntime()
    return found
  }
  const give = async ({ pool }: HostedParts, data: Uint8Array, isDryRun: boolean) => {
    const outcome = await pool.submit(data, { origin: 'local', isDryRun })
    if (outcome.kind === 'not-taken') throw outcome.error
    return outcome.kind === 'refused' ? outcome.error : undefined
  }
  const submit = async (
    { runtimeId, data }: { readonly runtimeId: Namespace; readonly data: Uint8Array },
    signal: AbortSignal | undefined,
  ): Promise<SubmittedTransaction> => {
    const parts = hosted(runtimeId)
    if (!isSynced()) throw errors.notSynced()
    const ended = new AbortController()
    const wanted = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal])
    // It may be in a round before anybody has said that it is good.
    const found = parts.awaited.wait(hashOfTransaction(data), wanted)
    found.catch(() => {})
    try {
      const checkTxError = await give(parts, data, false)
      if (checkTxError === undefined) return await found
      return { data: new Uint8Array(0), round: 0n, batchOrder: 0, checkTxError }
    } finally {
      ended.abort()
    }
  }
  return {
    'RuntimeClient/SubmitTx': async (request, { signal }) => {
      const { data, checkTxError } = await submit(request, signal)
      if (checkTxError !== undefined) throw refusal(checkTxError)
      return data
    },
    'RuntimeClient/SubmitTxMeta': (request, { signal }) => submit(request, signal),
    'RuntimeClient/SubmitTxNoWait': async ({ runtimeId, data }) => {
      const parts = hosted(runtimeId)
      if (!isSynced()) throw errors.notSynced()
      const error = await give(parts, data, false)
      if (error !== undefined) throw refusal(error)
    },
    'RuntimeClient/CheckTx': async ({ runtimeId, data }) => {
      const error = await give(hosted(runtimeId), data, true)
      if (error !== undefined) throw refusal(error)
    },
    'RuntimeClient/Query': async ({ runtimeId, component, round, method, args }, { signal }) => {
      const { history, calls } = hosted(runtimeId)
      checkComponent(component)
      const query = { runtimeId, height: LAST_HEIGHT }
      const { runtime } = await ask('RootHash/GetRuntimeState', query)
      if (runtime === undefined) throw errors.noHostedRuntime()
      const base = { annotated: history.block(round), runtime }
      return { data: await calls.query(base, { method, args }, signal) }
    },
    'RuntimeClient/GetUnconfirmedTransactions': (runtimeId) => {
      const parts = find(runtimeId)
      if (parts === undefined) throw errors.notFound()
      return parts.pool.unconfirmed()
    },
  }
}

/** Components beside the main one are not run here. */
function checkComponent(component: ComponentId | undefined): void {
  if (component === undefined || component.kind === MAIN_COMPONENT) return
  throw noComponent(component)
}
