import type { GenesisDocument } from '@wadi/consensus/genesis/document'

/**
 * Does the document use what only a network for tests may use? Nodes of such a network run in debug
 * mode; elsewhere the document would be refused.
 */
export function usesDebugParameters(document: GenesisDocument): boolean {
  const { beacon, registry, roothash, scheduler, staking } = document
  return (
    beacon.params.debugMockBackend ||
    registry.params.debugAllowUnroutableAddresses ||
    registry.params.debugAllowTestRuntimes ||
    registry.params.debugDeployImmediately ||
    roothash.params.debugDoNotSuspendRuntimes ||
    roothash.params.debugBypassStake ||
    scheduler.params.debugBypassStake ||
    scheduler.params.debugAllowWeakAlpha ||
    scheduler.params.debugForceElect !== undefined ||
    staking.params.debugBypassStake
  )
}
