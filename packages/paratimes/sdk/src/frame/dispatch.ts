/** From a call to the method that it names, with what comes before and after. */

import { CodedError } from '@wadi/base/errors'
import type { RuntimeTag } from '@wadi/runtime-protocol/runtime'
import { NULL_VALUE } from '../codec.ts'
import { isAbort, titled } from '../errors.ts'
import type { CallOutcome } from '../module.ts'
import { errors } from '../modules/core/errors.ts'
import { type SenderMeta, takePriority, takeSender } from '../modules/core/sender.ts'
import type { Call, Transaction } from '../types/transaction.ts'
import { decodeCall, type ResultKey } from './callFormat.ts'
import type { Frame } from './frame.ts'
import type { ActiveTransaction } from './level.ts'

/** What a call came to, and for whose eyes. */
export interface Dispatched {
  readonly outcome: CallOutcome
  readonly resultKey: ResultKey | undefined
}

/** A transaction that was dispatched. */
export interface DispatchedTransaction extends Dispatched {
  readonly tags: readonly RuntimeTag[]
  readonly priority: bigint
  readonly sender: SenderMeta | undefined
}

/** How a call differs from others. */
export interface DispatchOptions {
  readonly index?: number
  /** Which methods may be called; all, unless told. */
  readonly isAllowed?: (method: string) => boolean
}

/** Runs something that may fail; what ends the batch is not caught. */
export function attempt(run: () => Uint8Array): CallOutcome {
  try {
    return { kind: 'ok', value: run() }
  } catch (error) {
    if (!(error instanceof CodedError) || isAbort(error)) throw error
    return { kind: 'failed', error }
  }
}

/** Runs a call on the present level: the hooks after it run whatever it comes to. */
export function dispatchCall(frame: Frame, call: Call, options: DispatchOptions = {}): Dispatched {
  const dispatched = runCall(frame, call, options)
  let failure: CodedError | undefined
  for (const { hooks } of frame.paratime.modules) {
    const after = attempt(() => {
      hooks.afterCall?.(frame)
      return NULL_VALUE
    })
    if (after.kind === 'failed') failure ??= after.error
  }
  if (failure === undefined && call.readOnly && frame.hasChanges) {
    failure = errors.readOnlyTransaction()
  }
  if (failure === undefined) return dispatched
  return { ...dispatched, outcome: { kind: 'failed', error: failure } }
}

function runCall(frame: Frame, call: Call, options: DispatchOptions): Dispatched {
  let resultKey: ResultKey | undefined
  const outcome = attempt(() => {
    for (const { hooks } of frame.paratime.modules) hooks.beforeCall?.(frame, call)
    const decoded = decodeCall(frame, call, options.index ?? 0)
    if (decoded === undefined) return NULL_VALUE
    resultKey = decoded.resultKey
    return runMethod(frame, decoded.call, options)
  })
  return { outcome, resultKey }
}

function runMethod(frame: Frame, call: Call, { isAllowed }: DispatchOptions): Uint8Array {
  const { method: name, body } = call
  if (isAllowed !== undefined && !isAllowed(name)) throw errors.forbidden()
  for (const { hooks } of frame.paratime.modules) hooks.beforeDispatch?.(frame, call)
  for (const { methods, coreTitle } of frame.paratime.modules) {
    for (const method of methods) {
      if (method.kind !== 'call' || method.name !== name) continue
      return method.run(frame, body, () => {
        const error = errors.forbidden()
        throw coreTitle === undefined ? error : titled(coreTitle, error)
      })
    }
  }
  throw errors.invalidMethod(name)
}

/** Sees to it that a transaction is good now, and that somebody pays for it. */
export function authenticate(frame: Frame, transaction: Transaction): void {
  for (const { hooks } of frame.paratime.modules) hooks.authenticate?.(frame, transaction)
}

/** Runs an authenticated transaction on a level of its own. */
export function dispatchAuthenticated(
  frame: Frame,
  transaction: ActiveTransaction,
): DispatchedTransaction {
  const { call, authInfo, index } = transaction
  const dispatched = frame.nested({ transaction }, () => {
    const result = dispatchCall(frame, call, { index })
    const isKept = result.outcome.kind === 'ok' && !call.readOnly
    if (!isKept) return { fate: 'drop', result: withoutMeta(result, frame.takeTags('drop')) }
    const priority = takePriority(frame)
    const sender = takeSender(frame)
    if (frame.isCheckOnly)
      return { fate: 'drop', result: { ...result, priority, sender, tags: [] } }
    const tags = frame.takeTags('keep')
    return { fate: 'keep', result: { ...result, priority, sender, tags } }
  })
  for (const { hooks } of frame.paratime.modules) {
    hooks.afterTransaction?.(frame, authInfo, dispatched.outcome)
  }
  return dispatched
}

function withoutMeta(dispatched: Dispatched, tags: readonly RuntimeTag[]): DispatchedTransaction {
  return { ...dispatched, tags, priority: 0n, sender: undefined }
}

/** Runs a transaction; one that is not authenticated leaves nothing. */
export function dispatchTransaction(
  frame: Frame,
  transaction: Transaction,
  active: ActiveTransaction,
): DispatchedTransaction {
  const authentication = attempt(() => {
    authenticate(frame, transaction)
    return NULL_VALUE
  })
  if (authentication.kind === 'failed') {
    return withoutMeta({ outcome: authentication, resultKey: undefined }, [])
  }
  return dispatchAuthenticated(frame, active)
}
