/** What nodes of runtimes pay for: wrong results, two results, and being away. */

import { assert } from '@wadi/base/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { errors } from '@wadi/consensus/roothash/errors'
import { SlashReason } from '@wadi/consensus/staking'
import { type Address, runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  add,
  divide,
  multiply,
  type Quantity,
  quantity,
  subtract,
  ZERO,
} from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import { nodeOf } from '../registry/queries.ts'
import { slashEscrow, transferFromCommonPool } from '../staking/actions.ts'

const PERCENT = quantity(100n)

/** How much a runtime takes for an offence; zero if it does not mind. */
export function penaltyOf({ staking }: Runtime, reason: keyof typeof SlashReason.names): Quantity {
  return staking.slashing.get(SlashReason.names[reason])?.amount ?? ZERO
}

/** Slashes a node's entity because the node was away too often. Nobody gets anything. */
export function slashForLiveness(ctx: Context, nodeId: PublicKey, penalty: Quantity): void {
  if (penalty === 0n) return
  const node = nodeOf(ctx.state, nodeId)
  assert(node !== undefined, 'roothash: nodes do not vanish when an epoch begins')
  slashEscrow(ctx, stakingAddress(node.entityId), penalty)
}

/** Slashes a node's entity because the node said two things; whoever showed that is rewarded. */
export function slashForEquivocation(ctx: Context, nodeId: PublicKey, runtime: Runtime): void {
  const node = nodeOf(ctx.state, nodeId)
  // The node may be gone, or may never have been.
  if (node === undefined) throw errors.invalidEvidence('no such node')
  const penalty = penaltyOf(runtime, 'runtime-equivocation')
  const slashed = slashEscrow(ctx, stakingAddress(node.entityId), penalty)
  distribute(ctx, slashed, {
    runtime,
    runtimePercent: runtime.staking.rewardEquivocation,
    others: [reporterOf(ctx)],
  })
}

/** Who is rewarded: the caller, or the entity behind it if the signer is a node. */
function reporterOf({ state, signer, caller }: Context): Address {
  const node = nodeOf(state, signer)
  return node === undefined ? caller : stakingAddress(node.entityId)
}

/** Whose nodes computed something else than the network, and whose computed the same. */
export interface Verdict {
  /** In the order of the committee. Those with several nodes are there several times. */
  readonly good: readonly PublicKey[]
  readonly bad: readonly PublicKey[]
}

/** Slashes those whose results were wrong in favour of those whose results were right. */
export function slashForResults(ctx: Context, runtime: Runtime, { good, bad }: Verdict): void {
  const penalty = penaltyOf(runtime, 'runtime-incorrect-results')
  if (penalty === 0n) return
  let slashed = ZERO
  for (const entity of bad)
    slashed = add(slashed, slashEscrow(ctx, stakingAddress(entity), penalty))
  distribute(ctx, slashed, {
    runtime,
    runtimePercent: runtime.staking.rewardBadResults,
    others: good.map(stakingAddress),
  })
}

interface Shares {
  readonly runtime: Runtime
  readonly runtimePercent: number
  readonly others: readonly Address[]
}

/** Gives the runtime its percentage and the others equal parts of the rest; dust stays common. */
function distribute(ctx: Context, slashed: Quantity, shares: Shares): void {
  // Who is slashed often enough has nothing left. That must not make the round fail.
  if (slashed === 0n) return
  const { runtime, runtimePercent, others } = shares
  const forRuntime = divide(multiply(slashed, quantity(BigInt(runtimePercent))), PERCENT)
  transferFromCommonPool(ctx, runtimeAddress(runtime.id), forRuntime, 'general')
  if (others.length === 0) return
  const forEach = divide(subtract(slashed, forRuntime), quantity(BigInt(others.length)))
  for (const other of others) transferFromCommonPool(ctx, other, forEach, 'escrow')
}
