import { type Block, HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { FRESH_POOL } from '@wadi/runtime-protocol/commitments/addCommitment'
import { type Context, currentHeight, currentTime } from '../kernel/context.ts'
import { tell } from './events.ts'
import type { KnownRuntimeState } from './queries.ts'
import { TIMEOUT_NEVER, withTimeout } from './timeouts.ts'

/** When the runtime's block is made: with the consensus layer's, in whole seconds. */
export function blockTimestamp(ctx: Context): bigint {
  return BigInt.asUintN(64, currentTime(ctx).seconds)
}

/**
 * Ends a round with a block, and begins the next one: nobody has committed to that, and its
 * schedulers have as long as they like.
 */
export function appendBlock(
  ctx: Context,
  runtimeState: KnownRuntimeState,
  block: Block,
): KnownRuntimeState {
  const { round, headerType } = block.header
  const height = currentHeight(ctx)
  tell(ctx, runtimeState.runtime.id, 'finalized', { round })
  const isNormal = headerType === HEADER_TYPES.normal
  return {
    ...withTimeout(ctx, runtimeState, TIMEOUT_NEVER),
    lastBlock: block,
    lastBlockHeight: height,
    ...(isNormal && { lastNormalRound: round, lastNormalHeight: height }),
    commitmentPool: headerType === HEADER_TYPES.suspended ? undefined : FRESH_POOL,
  }
}
