/** What an action has to be, before anybody looks at the state. */

import { CodedError, definePlainErrors } from '@wadi/base/errors'
import type { Action, Parameters, UpdateAuthority } from '@wadi/consensus/vault'
import { errors as vaultErrors } from '@wadi/consensus/vault/errors'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { errors as authorityErrors, checkAuthority } from './authorities.ts'

/** COMPAT(oasis-core): none of these has a code; transactions give theirs. */
export const errors = definePlainErrors('vaultAction', {
  notOne: 'exactly one action must be set',
  noMethod: 'malformed execute message method',
  invalidAddress: 'malformed address in update withdraw policy',
})

/** Refuses what could not be done, or is more than one action. */
export function checkAction(action: Action, params: Parameters): void {
  const wishes = Object.values(action).filter((wish) => wish !== undefined)
  if (wishes.length !== 1) throw errors.notOne()
  const { executeMsg, updateWithdrawPolicy, updateAuthority } = action
  if (executeMsg?.method === '') throw errors.noMethod()
  if (updateWithdrawPolicy !== undefined && isReservedAddress(updateWithdrawPolicy.address))
    throw errors.invalidAddress()
  if (updateAuthority !== undefined) checkUpdate(updateAuthority, params)
}

/** Refuses authorities that could not decide. Parameters may have changed since they were given. */
export function checkUpdate(
  { adminAuthority, suspendAuthority }: UpdateAuthority,
  params: Parameters,
): void {
  if (adminAuthority !== undefined) checkAuthority(adminAuthority, params)
  if (suspendAuthority !== undefined) checkAuthority(suspendAuthority, params)
  if (adminAuthority === undefined && suspendAuthority === undefined)
    throw authorityErrors.noUpdate()
}

/** Whatever is refused is an invalid argument of the transaction. */
export function refusingAsInvalid(check: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof CodedError) throw vaultErrors.invalidArgument(error.message)
    throw error
  }
}
