/** Access: methods that only some may call. */

import { equalBytes } from '@wadi/base/bytes'
import type { Address } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import { defineModule, type Module, NO_PARAMETERS } from '../../module.ts'
import type { Call } from '../../types/transaction.ts'
import { errors as coreErrors } from '../core/errors.ts'

/** Who may call what. Methods that are not named are everybody's. */
export type Authorizations = ReadonlyMap<string, readonly Address[]>

/** Access control, looked at when the call can be read. */
export function access(authorizations: Authorizations): Module {
  return defineModule({
    name: 'access',
    parameters: NO_PARAMETERS,
    methods: [],
    init: () => undefined,
    hooks: { beforeDispatch: (frame, call) => checkAccess(authorizations, frame, call) },
  })
}

function checkAccess(authorizations: Authorizations, frame: Frame, { method }: Call): void {
  const allowed = authorizations.get(method)
  if (allowed === undefined) return
  const caller = frame.callerAddress
  if (allowed.some((address) => equalBytes(address, caller))) return
  // COMPAT(oasis-sdk): access/1 is wrapped in an error of core's, so that core/10 is what is seen.
  throw coreErrors.invalidArgument('caller is not authorized to call method')
}
