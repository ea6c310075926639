/** What becomes of key managers when an epoch begins. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import type { Address } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { beginningEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import type { ReadableState } from '../kernel/state.ts'
import { suspendRuntime } from '../registry/actions.ts'
import { nodesOf, runtimesOf } from '../registry/queries.ts'
import { runtimeOwnerAddress } from '../registry/stakeClaims.ts'
import { parametersOf as stakingParametersOf } from '../staking/queries.ts'
import { type StakeSnapshot, stakeSnapshot } from '../staking/stakeClaims.ts'
import { nextStatus } from './nextStatus.ts'
import { masterSecretOf, statusOf } from './queries.ts'
import { setStatus } from './state.ts'

/** Suspends what nobody has the stake for, and forms the committees of all others. */
export function beginBlock(ctx: Context): void {
  const epoch = beginningEpoch(ctx)
  if (epoch === undefined) return
  if (!stakingParametersOf(ctx.state).debugBypassStake) suspendUncovered(ctx)
  updateStatuses(ctx, epoch)
}

function keyManagersOf(state: ReadableState): readonly Runtime[] {
  return runtimesOf(state).filter(({ kind }) => kind === RUNTIME_KINDS.keyManager)
}

function suspendUncovered(ctx: Context): void {
  const stake = stakeSnapshot(ctx.state)
  for (const runtime of keyManagersOf(ctx.state)) {
    const owner = runtimeOwnerAddress(runtime)
    if (owner !== undefined && !isCovered(stake, owner)) suspendRuntime(ctx, runtime.id)
  }
}

function isCovered(stake: StakeSnapshot, owner: Address): boolean {
  try {
    stake.check(owner)
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

function updateStatuses(ctx: Context, epoch: Epoch): void {
  const { state } = ctx
  const nodes = nodesOf(state)
  const changed: Status[] = []
  for (const runtime of keyManagersOf(state)) {
    const { id } = runtime
    const before = statusOf(state, id)
    const status = before ?? make(Status, { id })
    const proposal = masterSecretOf(state, id)
    const after = nextStatus(ctx, { runtime, status, proposal, nodes, epoch })
    if (before !== undefined && equalBytes(encode(Status, before), encode(Status, after))) continue
    setStatus(state, after)
    changed.push(after)
  }
  if (changed.length > 0) emit(ctx, 'oasis_event_999_keymanager', 'status', { statuses: changed })
}
