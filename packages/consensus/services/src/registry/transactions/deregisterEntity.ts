import { BugError, CodedError } from '@wadi/base/errors'
import { errors } from '@wadi/consensus/registry/errors'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import type { State } from '../../kernel/state.ts'
import { parametersOf as stakingParametersOf } from '../../staking/queries.ts'
import { removeStakeClaim } from '../../staking/stakeClaims.ts'
import { entityOf, hasEntityNodes, hasEntityRuntimes, parametersOf } from '../queries.ts'
import { CLAIM_OF_ENTITY } from '../stakeClaims.ts'
import { removeEntity } from '../state.ts'

/** registry.DeregisterEntity: takes the signer's own descriptor out, if nothing depends on it. */
export function deregisterEntity(ctx: Context): void {
  if (endsCheck(ctx)) return
  const { state, signer: id } = ctx
  useGas(ctx, parametersOf(state).gasCosts, 'deregister_entity')
  if (endsSimulation(ctx)) return

  if (hasEntityNodes(state, id)) throw errors.entityHasNodes()
  if (hasEntityRuntimes(state, id)) throw errors.entityHasRuntimes()
  const entity = entityOf(state, id)
  if (entity === undefined) throw errors.noSuchEntity()
  removeEntity(state, id)
  if (!stakingParametersOf(state).debugBypassStake) giveUpClaim(state, stakingAddress(id))
  emit(ctx, 'oasis_event_200_registry', 'entity', { entity, isRegistration: false })
}

/** COMPAT(oasis-core): an entity that has not claimed its stake stops the reference. */
function giveUpClaim(state: State, address: Address): void {
  try {
    removeStakeClaim(state, address, CLAIM_OF_ENTITY)
  } catch (error) {
    if (error instanceof CodedError) throw new BugError(`registry: ${error.message}`)
    throw error
  }
}
