/** When a round is decided although commitments are missing. */

import { type Context, currentHeight } from '../kernel/context.ts'
import type { KnownRuntimeState } from './queries.ts'
import { addRoundTimeout, removeRoundTimeout } from './state.ts'

/** The round is not decided before enough commitments are there. */
export const TIMEOUT_NEVER = 0n

/** COMPAT(oasis-core): heights wrap around, so that a huge timeout is one long ago. */
function heightAfter(ctx: Context, blockCount: bigint): bigint {
  return BigInt.asIntN(64, currentHeight(ctx) + blockCount)
}

/** When the workers have had long enough. */
export function workersTimeout(ctx: Context, { runtime }: KnownRuntimeState): bigint {
  return heightAfter(ctx, runtime.executor.roundTimeout)
}

/** When the backup workers have had long enough: they get half as long again. */
export function backupWorkersTimeout(ctx: Context, { runtime }: KnownRuntimeState): bigint {
  return heightAfter(ctx, BigInt.asIntN(64, runtime.executor.roundTimeout * 15n) / 10n)
}

/** The runtime with its round decided at another height, or at none. */
export function withTimeout<T extends KnownRuntimeState>(
  { state }: Context,
  runtimeState: T,
  timeout: bigint,
): T {
  const { id: runtime } = runtimeState.runtime
  if (timeout === runtimeState.timeout) return runtimeState
  if (runtimeState.timeout !== TIMEOUT_NEVER)
    removeRoundTimeout(state, { height: runtimeState.timeout, runtime })
  if (timeout !== TIMEOUT_NEVER) addRoundTimeout(state, { height: timeout, runtime })
  return { ...runtimeState, timeout }
}
