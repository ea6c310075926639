/** What came of the attempts to register, as the node's status tells it. */

import { ZERO_TIME } from '@wadi/cbor/time'
import type { RegistrationStatus } from '@wadi/consensus/control'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node } from '@wadi/primitives/node'

/** The status of a node that has not tried. */
export const NO_ATTEMPT: RegistrationStatus = {
  lastAttemptSuccessful: false,
  lastAttemptErrorMessage: '',
  lastAttempt: ZERO_TIME,
  lastRegistration: ZERO_TIME,
  descriptor: undefined,
  nodeStatus: undefined,
}

/** When something happened: seconds since 1970. */
type Time = bigint

/** It worked. */
export function afterSuccess(
  status: RegistrationStatus,
  time: Time,
  descriptor: Node,
): RegistrationStatus {
  return {
    ...status,
    lastAttemptSuccessful: true,
    lastAttemptErrorMessage: '',
    lastAttempt: time,
    lastRegistration: time,
    descriptor,
  }
}

/** It did not work in an epoch; a descriptor that has expired meanwhile is shown no more. */
export function afterFailure(
  status: RegistrationStatus,
  time: Time,
  { epoch, why }: { readonly epoch: Epoch; readonly why: string },
): RegistrationStatus {
  const { descriptor } = status
  const hasExpired = descriptor !== undefined && descriptor.expiration < epoch
  return {
    ...status,
    lastAttemptSuccessful: false,
    lastAttemptErrorMessage: why,
    lastAttempt: time,
    ...(hasExpired && { descriptor: undefined, nodeStatus: undefined }),
  }
}
