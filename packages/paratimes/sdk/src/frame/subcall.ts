/** Calls from within: a module calls a method as a transaction would. */

import { Hash } from '@wadi/primitives/hash'
import type { CallOutcome } from '../module.ts'
import { errors } from '../modules/core/errors.ts'
import { remainingTransactionGas } from '../modules/core/gas.ts'
import { native } from '../types/token.ts'
import {
  CALL_FORMATS,
  type Call,
  type CallAuthInfo,
  type CallerAddress,
} from '../types/transaction.ts'
import { dispatchCall } from './dispatch.ts'
import type { Frame } from './frame.ts'

/** A call from within. */
export interface Subcall {
  readonly caller: CallerAddress
  readonly method: string
  readonly body: Uint8Array
  readonly depthMax: number
  readonly gasMax: bigint
  readonly readOnly?: true
  /** Throws for methods that neither this call nor those that come from it may call. */
  readonly watch?: (method: string) => void
}

/** What a call from within came to. */
export interface SubcallResult {
  readonly outcome: CallOutcome
  readonly gasUsed: bigint
}

/** Calls a method; one that fails changes nothing, and the caller goes on. */
export function subcall(frame: Frame, call: Subcall): SubcallResult {
  const { watchers } = frame
  const watch = call.watch ?? (() => undefined)
  watch(call.method)
  const depth = watchers.length
  if (depth >= call.depthMax) {
    throw errors.callDepthExceeded(`depth: ${depth + 1} max: ${call.depthMax}`)
  }
  for (const earlier of watchers) earlier(call.method)
  watchers.push(watch)
  try {
    return run(frame, call)
  } finally {
    watchers.pop()
  }
}

function run(frame: Frame, { caller, method, body, gasMax, readOnly }: Subcall): SubcallResult {
  const call: Call = {
    format: CALL_FORMATS.plain,
    method,
    body,
    readOnly: readOnly ?? false,
  }
  const authInfo: CallAuthInfo = {
    signerInfo: [{ addressSpec: { kind: 'internal', body: caller }, nonce: 0n }],
    fee: {
      amount: native(0n),
      gas: gasMax,
      consensusMessages: frame.messagesMax,
      proxy: undefined,
    },
    notBefore: undefined,
    notAfter: undefined,
  }
  const transaction = { call, authInfo, size: 0, index: 0, hash: Hash.zero }
  return frame.nested({ isInternal: true, transaction }, () => {
    const { outcome } = dispatchCall(frame, call)
    const left = remainingTransactionGas(frame)
    const gasUsed = gasMax > left ? gasMax - left : 0n
    return { fate: outcome.kind === 'ok' ? 'keep' : 'drop', result: { outcome, gasUsed } }
  })
}
