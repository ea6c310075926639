/** How a runtime begins, from roothash's point of view. */

import { make } from '@wadi/cbor/codec'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import { RuntimeState } from '@wadi/consensus/roothash'
import type { Block } from '@wadi/consensus/roothash/block'
import { type GenesisBlockOptions, genesisBlock } from '@wadi/runtime-protocol/block'
import { type Context, currentHeight } from '../kernel/context.ts'
import { blockTimestamp } from './appendBlock.ts'
import { tell } from './events.ts'
import { runtimeStateOf } from './queries.ts'
import { setRuntimeState } from './state.ts'

/** Where a runtime begins that does not begin where its descriptor says. */
export type RuntimeStart = Pick<GenesisBlockOptions, 'round' | 'stateRoot' | 'headerType'>

/** Is the runtime one that has rounds? */
export function isCompute({ kind }: Runtime): boolean {
  return kind === RUNTIME_KINDS.compute
}

/**
 * Begins a runtime, unless it has no rounds or has begun already. It counts as suspended until it
 * gets its first committee.
 */
export function beginRuntime(
  ctx: Context,
  runtime: Runtime,
  start: RuntimeStart = runtime.genesis,
): void {
  const { state } = ctx
  const { id } = runtime
  if (!isCompute(runtime) || runtimeStateOf(state, id) !== undefined) return
  const timestamp = blockTimestamp(ctx)
  const first: Block = genesisBlock({ ...start, namespace: id, timestamp })
  const height = currentHeight(ctx)
  const { round } = first.header
  const began = make(RuntimeState, {
    suspended: true,
    lastBlockHeight: height,
    lastNormalRound: round,
    lastNormalHeight: height,
  })
  setRuntimeState(state, { ...began, runtime, genesisBlock: first, lastBlock: first })
  tell(ctx, id, 'finalized', { round })
}
