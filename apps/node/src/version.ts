import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { PROTOCOL_VERSIONS, printVersion } from '@wadi/primitives/version'

/** What `--version` prints. */
export function formatVersion(): string {
  const { consensusProtocol, runtimeHostProtocol, runtimeCommitteeProtocol } = PROTOCOL_VERSIONS
  return `Software version: ${SOFTWARE_VERSION}
Consensus:
  Consensus protocol version: ${printVersion(consensusProtocol)}
Runtime:
  Host protocol version:      ${printVersion(runtimeHostProtocol)}
  Committee protocol version: ${printVersion(runtimeCommitteeProtocol)}
Node version: ${process.versions.node}
`
}
