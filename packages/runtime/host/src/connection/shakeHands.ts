/** The first question to a runtime: who it is, and what it can do. */

import type { Namespace } from '@wadi/primitives/namespace'
import {
  compareVersions,
  PROTOCOL_VERSIONS,
  printVersion,
  type Version,
} from '@wadi/primitives/version'
import {
  CONSENSUS_BACKEND,
  type RuntimeInfoRequest,
  type RuntimeInfoResponse,
} from '@wadi/runtime-protocol/host-protocol/information'
import { RuntimeFaultError } from '../errors.ts'
import { HANDSHAKE_MS } from '../limits.ts'
import type { RuntimeConnection } from './runtimeConnection.ts'

/** What a runtime is told of where it has got to. */
export interface HostInformation {
  readonly runtimeId: Namespace
  readonly consensusChainContext: string
  /** What this node's operator tells the runtime: values in CBOR. */
  readonly localConfig: RuntimeInfoRequest['localConfig']
}

/**
 * The runtime's answer, if it is one with which there is something to be done. Of programs beside
 * the runtime on the chain nobody knows in advance which version they are.
 */
export async function shakeHands(
  connection: RuntimeConnection,
  host: HostInformation,
  expected: Version | undefined,
): Promise<RuntimeInfoResponse> {
  const request = {
    kind: 'RuntimeInfoRequest',
    body: {
      ...host,
      consensusBackend: CONSENSUS_BACKEND,
      consensusProtocolVersion: PROTOCOL_VERSIONS.consensusProtocol,
    },
  } as const
  const { body: info } = await connection.ask(request, { deadlineMs: HANDSHAKE_MS })
  const { runtimeHostProtocol } = PROTOCOL_VERSIONS
  if (info.protocolVersion.major !== runtimeHostProtocol.major) {
    throw incompatible('the protocol', info.protocolVersion, runtimeHostProtocol)
  }
  if (expected !== undefined && compareVersions(info.runtimeVersion, expected) !== 0) {
    throw incompatible('the runtime', info.runtimeVersion, expected)
  }
  return info
}

function incompatible(what: string, is: Version, expected: Version): RuntimeFaultError {
  const detail = `version ${printVersion(is)} of ${what} instead of ${printVersion(expected)}`
  return new RuntimeFaultError({ kind: 'incompatible', detail })
}
