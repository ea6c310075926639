import { equalBytes } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/registry/errors'
import { stakingAddress } from '@wadi/primitives/address'
import type { SignedEntity } from '@wadi/primitives/entity'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { parametersOf as stakingParametersOf } from '../../staking/queries.ts'
import { addStakeClaim } from '../../staking/stakeClaims.ts'
import { parametersOf } from '../queries.ts'
import { CLAIM_OF_ENTITY, ENTITY_THRESHOLDS } from '../stakeClaims.ts'
import { setEntity } from '../state.ts'
import { verifyEntity } from '../verifyEntity.ts'

/** registry.RegisterEntity: writes the descriptor that an entity signed for itself. */
export function registerEntity(ctx: Context, signed: SignedEntity): void {
  const entity = verifyEntity(ctx.chain.signatures, signed)
  if (endsCheck(ctx)) return
  const { state, mode, signer } = ctx
  const { gasCosts } = parametersOf(state)
  useGas(ctx, gasCosts, 'register_entity')
  useGas(ctx, gasCosts, 'register_node', BigInt(entity.nodes.length))
  if (endsSimulation(ctx)) return

  if (mode !== 'initChain' && !equalBytes(signer, entity.id)) throw errors.incorrectTxSigner()
  if (!stakingParametersOf(state).debugBypassStake)
    addStakeClaim(state, stakingAddress(entity.id), CLAIM_OF_ENTITY, ENTITY_THRESHOLDS)
  setEntity(state, entity.id, signed)
  emit(ctx, 'oasis_event_200_registry', 'entity', { entity, isRegistration: true })
}
