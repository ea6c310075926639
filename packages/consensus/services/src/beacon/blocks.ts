/** What the beacon does when a block begins. */

import { BACKENDS, type Parameters } from '@wadi/consensus/beacon'
import type { Context } from '../kernel/context.ts'
import { beginEpoch, drawRandomValue, isDue } from './epochs.ts'
import { futureEpochOf, parametersOf } from './queries.ts'
import { beginVrfBlock } from './vrfBlocks.ts'

/** Begins a block, and with it an epoch if one is due. */
export function beginBlock(ctx: Context): void {
  const params = parametersOf(ctx.state)
  if (params.backend === BACKENDS.vrf) beginVrfBlock(ctx, params)
  else beginInsecureBlock(ctx, params)
}

function beginInsecureBlock(ctx: Context, params: Parameters): void {
  const future = futureEpochOf(ctx.state)
  if (future === undefined || !isDue(ctx, future)) return
  beginEpoch(ctx, params, future.epoch)
  drawRandomValue(ctx, future.epoch)
}
