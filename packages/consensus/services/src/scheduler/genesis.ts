/** The scheduler's section of the genesis document, and CometBFT's first validators. */

import { toHex } from '@wadi/base/bytes'
import type { Genesis, Parameters } from '@wadi/consensus/scheduler'
import { stakingAddress } from '@wadi/primitives/address'
import type { Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { Quantity } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { nodesOf } from '../registry/queries.ts'
import { accountOf } from '../staking/queries.ts'
import { errors } from './errors.ts'
import { parametersOf, type ValidatorEntry } from './queries.ts'
import { setCurrentValidators, setParameters } from './state.ts'
import { TOTAL_POWER_MAX, votingPowerOf } from './votingPower.ts'

/** Begins with CometBFT's validators, who must be those that the document registers. */
export function initChain({ state }: Context, { document, validators }: InitChainRequest): void {
  const { params } = document.scheduler
  setParameters(state, params)
  checkLimits(params)
  const nodes = validatorNodesOf(state)
  const entries = validators.map(({ publicKey, power }): ValidatorEntry => {
    const node = nodes.get(toHex(publicKey))
    if (node === undefined) throw errors.unknownValidator(toHex(publicKey))
    const { id, entityId } = node
    checkPower(power, expectedPower(state, params, node), id)
    return [publicKey, { id, entityId, votingPower: power }]
  })
  setCurrentValidators(state, entries)
  checkSupply(document.staking.totalSupply, params)
}

function checkLimits(params: Parameters): void {
  if (params.minValidators <= 0n) throw errors.noMinimum()
  if (params.maxValidators <= 0n) throw errors.noMaximum()
  if (params.maxValidatorsPerEntity <= 0n) throw errors.noMaximumPerEntity()
}

/** The nodes that validate, by consensus key. */
function validatorNodesOf(state: ReadableState): ReadonlyMap<string, Node> {
  const nodes = nodesOf(state).filter(({ roles }) => hasRole(roles, 'validator'))
  return new Map(nodes.map((node) => [toHex(node.consensus.id), node]))
}

function expectedPower(state: ReadableState, params: Parameters, { entityId }: Node): bigint {
  if (params.debugBypassStake) return 1n
  const { balance } = accountOf(state, stakingAddress(entityId)).escrow.active
  return votingPowerOf(balance, params.votingPowerDistribution)
}

function checkPower(actual: bigint, expected: bigint, id: Uint8Array): void {
  if (actual !== expected)
    throw errors.wrongPower(`node ${toHex(id)}: ${actual}, expected ${expected}`)
}

/** Whatever becomes of the stake, all votes together fit into CometBFT. */
export function checkSupply(
  totalSupply: Quantity,
  { votingPowerDistribution, debugBypassStake }: Parameters,
): void {
  if (debugBypassStake) return
  const power = votingPowerOf(totalSupply, votingPowerDistribution)
  if (power > TOTAL_POWER_MAX) throw errors.supplyTooLarge(`${power} > ${TOTAL_POWER_MAX}`)
}

/** The section that a network would begin with that goes on from this state. */
export function exportGenesis(state: ReadableState): Genesis {
  return { params: parametersOf(state) }
}
