/** Saying who we are, to a host that says who it is. */

import { CodedError, isTold } from '@wadi/base/errors'
import type { Version } from '@wadi/primitives/version'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import {
  CONSENSUS_BACKEND,
  type FeatureScheduleControl,
} from '@wadi/runtime-protocol/host-protocol/information'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'

/** What a program tells of itself. */
export interface Announcement {
  readonly version: Version
  /** Only programs that make batches have it. */
  readonly scheduleControl: FeatureScheduleControl | undefined
}

/** Refuses a host that is none for us; undefined if it is. */
export function refuseHost(
  { body }: Request<'RuntimeInfoRequest'>,
  isGreeted: 'greeted' | 'not greeted',
): Body | undefined {
  if (body.consensusBackend !== CONSENSUS_BACKEND) return refuse('incompatible consensus backend')
  return isGreeted === 'greeted' ? refuse('already initialized') : undefined
}

/** The answer to a host that is one for us. */
export function announce({ version, scheduleControl }: Announcement): Body {
  const features = {
    scheduleControl,
    keyManagerQuotePolicyUpdates: true,
    keyManagerStatusUpdates: true,
    endorsedCapabilityTee: true,
  }
  const { runtimeHostProtocol: protocolVersion } = PROTOCOL_VERSIONS
  return {
    kind: 'RuntimeInfoResponse',
    body: { protocolVersion, runtimeVersion: version, features },
  }
}

/** What cannot be done, at all or now. */
export function refuse(message: string): Body {
  return { kind: 'Error', body: { module: 'rhp/dispatcher', code: 1, message } }
}

/** Says why there is no answer; a fault of ours is thrown on. */
export function tell(error: unknown): Body {
  if (!isTold(error)) throw error
  const { module, code } = error instanceof CodedError ? error : { module: 'unknown', code: 1 }
  return { kind: 'Error', body: { module, code, message: error.message } }
}
