import type { NodeDescription } from '@wadi/comet-p2p/options'

/**
 * What nodes of the reference say of themselves.
 * COMPAT(cometbft): 0.37.18 says 0.37.16: its constant was forgotten.
 */
const COMET_VERSION = '0.37.16'
const P2P_PROTOCOL = 8n
const BLOCK_PROTOCOL = 11n
const MONIKER = 'wadi'

/** What a node says of itself to its peers. */
export function describeNode(chainId: string, appVersion: bigint): NodeDescription {
  return {
    protocolVersion: { p2p: P2P_PROTOCOL, block: BLOCK_PROTOCOL, app: appVersion },
    network: chainId,
    version: COMET_VERSION,
    moniker: MONIKER,
    txIndex: 'off',
    rpcAddress: '',
  }
}
