import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, make } from '@wadi/cbor/codec'
import { BACKENDS } from '@wadi/consensus/beacon'
import { NodeStatus } from '@wadi/consensus/registry'
import { errors } from '@wadi/consensus/registry/errors'
import { type Runtime, RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import { stakingAddress } from '@wadi/primitives/address'
import type { Entity } from '@wadi/primitives/entity'
import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import { type MultiSignedNode, Node } from '@wadi/primitives/node'
import { parametersOf as beaconParametersOf, epochOf } from '../../beacon/queries.ts'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, useGas } from '../../kernel/method.ts'
import type { ReadableState } from '../../kernel/state.ts'
import { parametersOf as stakingParametersOf } from '../../staking/queries.ts'
import { addStakeClaim, checkStakeClaims } from '../../staking/stakeClaims.ts'
import { hasLatestRules, resumeRuntime } from '../actions.ts'
import { checkAdmission } from '../admission.ts'
import { verifyNodeUpdate } from '../nodeUpdate.ts'
import { entityOf, isExpired, nodeOf, nodeStatusOf, parametersOf } from '../queries.ts'
import { claimOfNode, runtimeOwnerAddress, thresholdsOfNode } from '../stakeClaims.ts'
import { setNode, writeNodeStatus } from '../state.ts'
import { type VerifiedNode, verifyNode } from '../verifyNode.ts'

/**
 * registry.RegisterNode: writes a node's descriptor, which pays for its runtimes epoch by epoch.
 * COMPAT(oasis-core): an estimate of gas does everything, too.
 */
export function registerNode(ctx: Context, signed: MultiSignedNode): void {
  if (endsCheck(ctx)) return
  const { state, mode, signer } = ctx
  const verified = verifyNode(ctx, signed, ownerOf(state, signed))
  const { node, runtimes } = verified
  if (mode !== 'initChain' && !equalBytes(signer, node.id)) throw errors.incorrectTxSigner()
  const epoch = epochOf(state)
  for (const runtime of runtimes) checkAdmission(state, { node, runtime, epoch })
  if (mode !== 'initChain' && node.expiration <= epoch) throw errors.nodeExpired()

  const before = nodeOf(state, node.id)
  payMaintenance(ctx, verified, before)
  inSubTransaction(ctx, () => {
    claimStake(state, verified)
    if (before !== undefined) verifyNodeUpdate(state, { before, node, epoch })
  })
  setNode(state, { node, signed }, before)
  beginStatus(ctx, node, before)
  for (const runtime of runtimes) if (isBacked(state, runtime)) resumeRuntime(ctx, runtime)
  emit(ctx, 'oasis_event_200_registry', 'node', { node, isRegistration: true })
}

/** The entity that a descriptor names whose signatures are not yet verified. */
function ownerOf(state: ReadableState, { untrustedRawValue }: MultiSignedNode): Entity {
  const entity = entityOf(state, readOwner(untrustedRawValue))
  if (entity === undefined) throw errors.noSuchEntity()
  return entity
}

function readOwner(untrustedRawValue: Uint8Array | undefined): Entity['id'] {
  try {
    return decode(Node, untrustedRawValue).entityId
  } catch (error) {
    if (error instanceof CodedError) throw errors.invalidArgument(error.message)
    throw error
  }
}

/** Uses gas for every epoch that is not yet paid, and for every runtime. */
function payMaintenance(
  ctx: Context,
  { node, runtimes }: VerifiedNode,
  before: Node | undefined,
): void {
  const epoch = epochOf(ctx.state)
  const wanted = epochsUntil(node, epoch)
  const paid = before === undefined ? 0n : epochsUntil(before, epoch)
  const unpaid = wanted > paid ? wanted - paid : 0n
  // COMPAT(oasis-core): counted in 64 bits with a sign; what is negative stops the reference too.
  const times = BigInt.asIntN(64, BigInt(runtimes.length) * unpaid)
  useGas(ctx, parametersOf(ctx.state).gasCosts, 'runtime_epoch_maintenance', times)
}

function epochsUntil({ expiration }: Node, epoch: Epoch): bigint {
  return expiration > epoch ? expiration - epoch : 0n
}

function claimStake(state: Context['state'], { node, runtimes }: VerifiedNode): void {
  if (stakingParametersOf(state).debugBypassStake) return
  const thresholds = thresholdsOfNode(node, runtimes)
  addStakeClaim(state, stakingAddress(node.entityId), claimOfNode(node.id), thresholds)
}

/**
 * A node that is new, or was expired, has to wait before it is elected. Of an expired one all else
 * that is held against it stays; what the genesis document has for a node that is not there, goes.
 * One with another VRF key has to wait again: it could choose the key that gets it elected.
 */
function beginStatus(ctx: Context, node: Node, before: Node | undefined): void {
  const { state } = ctx
  const fresh = make(NodeStatus, {})
  const status = before === undefined ? fresh : (nodeStatusOf(state, node.id) ?? fresh)
  const waiting = { ...status, electionEligibleAfter: EPOCH_INVALID }
  if (before === undefined || isExpired(before, epochOf(state)))
    writeNodeStatus(state, node.id, { ...waiting, expirationProcessed: false })
  else if (hasLatestRules(ctx) && hasOtherVrfKey(state, node, before))
    writeNodeStatus(state, node.id, waiting)
}

function hasOtherVrfKey(state: ReadableState, node: Node, before: Node): boolean {
  const isVrf = beaconParametersOf(state).backend === BACKENDS.vrf
  return isVrf && !equalBytes(node.vrf.id, before.vrf.id)
}

/** Has the runtime's owner the stake without which it would be suspended again at once? */
function isBacked(state: ReadableState, runtime: Runtime): boolean {
  if (stakingParametersOf(state).debugBypassStake) return true
  if (runtime.governanceModel === RuntimeGovernanceModel.names.consensus) return true
  const owner = runtimeOwnerAddress(runtime)
  if (owner === undefined) return false
  try {
    checkStakeClaims(state, owner)
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}
