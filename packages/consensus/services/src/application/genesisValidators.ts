/** The validators of CometBFT's own genesis document, which follow from ours. */

import { toHex } from '@wadi/base/bytes'
import { zero } from '@wadi/cbor/codec'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Account } from '@wadi/consensus/staking'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { stakingAddress } from '@wadi/primitives/address'
import { openMultiSigned } from '@wadi/primitives/envelope'
import { MultiSignedNode, Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { GenesisValidator } from '../kernel/service.ts'
import { votingPowerOf } from '../scheduler/votingPower.ts'

/**
 * Registered validators that are not expired, the most powerful first.
 * COMPAT(oasis-core): an entity may always have one; the order of equal ones is that of the
 * document, which the reference keeps for up to twelve and leaves open beyond.
 */
export function genesisValidators(
  document: GenesisDocument,
  rules: SignatureRules,
): readonly GenesisValidator[] {
  const { registry, scheduler, beacon } = document
  const { maxValidators, maxValidatorsPerEntity } = scheduler.params
  const counts = new Map<string, number>()
  const validators: GenesisValidator[] = []
  for (const signed of registry.nodes) {
    const envelope = signed ?? zero(MultiSignedNode)
    const node = openMultiSigned(rules, contextOf(contexts.registerNode), Node, envelope).value
    if (!hasRole(node.roles, 'validator') || node.expiration < beacon.base) continue
    const entity = toHex(node.entityId)
    const count = counts.get(entity) ?? 0
    if (count > 0 && BigInt(count) >= maxValidatorsPerEntity) continue
    counts.set(entity, count + 1)
    validators.push({ publicKey: node.consensus.id, power: powerOf(document, node) })
  }
  const sorted = validators.sort((a, b) => Number(b.power > a.power) - Number(b.power < a.power))
  return sorted.slice(0, Number(maxValidators))
}

function powerOf({ scheduler, staking }: GenesisDocument, { entityId }: Node): bigint {
  if (scheduler.params.debugBypassStake) return 1n
  const account = staking.ledger.get(stakingAddress(entityId)) ?? zero(Account)
  return votingPowerOf(account.escrow.active.balance, scheduler.params.votingPowerDistribution)
}
