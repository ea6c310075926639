/** core.ExecuteReadOnlyTx: a transaction that changes nothing, answered at once. */

import type { Infer } from '@wadi/cbor/codec'
import { decodeTransaction } from '../../authentication/decodeTransactions.ts'
import { NULL_VALUE } from '../../codec.ts'
import { attempt, authenticate, dispatchCall } from '../../frame/dispatch.ts'
import { activeOf, resultOf } from '../../frame/executeTransaction.ts'
import type { Frame } from '../../frame/frame.ts'
import type { CallResult } from '../../types/transaction.ts'
import { errors } from './errors.ts'
import type { ExecuteReadOnlyQuery } from './types.ts'

/** Only where the ParaTime allows it, for methods that say that they can be asked. */
export function executeReadOnly(
  frame: Frame,
  { tx }: Infer<typeof ExecuteReadOnlyQuery>,
): { readonly result: CallResult } {
  if (frame.paratime.interactiveCalls !== 'allowed') throw errors.forbidden()
  return frame.nested({ mode: 'simulate' }, () => {
    const decoded = decodeTransaction(frame, tx)
    const { call, authInfo } = decoded.transaction
    if (!call.readOnly) throw errors.invalidArgument('only read-only transactions are allowed')
    if (authInfo.notBefore === undefined || authInfo.notAfter === undefined) {
      throw errors.invalidArgument('only read-only transactions with expiry are allowed')
    }
    const authentication = attempt(() => {
      authenticate(frame, decoded.transaction)
      return NULL_VALUE
    })
    const outcome =
      authentication.kind === 'failed'
        ? authentication
        : frame.nested({ transaction: activeOf(decoded, 0) }, () => ({
            fate: 'drop',
            result: dispatchCall(frame, call, { isAllowed: (name) => isInteractive(frame, name) })
              .outcome,
          }))
    return { fate: 'drop', result: { result: resultOf(outcome) } }
  })
}

function isInteractive({ paratime }: Frame, name: string): boolean {
  return paratime.modules.some(({ methods }) =>
    methods.some(
      (method) => method.kind === 'call' && method.isInteractive && method.name === name,
    ),
  )
}
