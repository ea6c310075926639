/** Roothash's part of a genesis document: read when a chain begins, made when one is left. */

import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Genesis, GenesisRuntimeState } from '@wadi/consensus/roothash'
import { RoundResults } from '@wadi/consensus/roothash'
import { Namespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { runtimesOf, suspendedRuntimesOf } from '../registry/queries.ts'
import { beginRuntime, isCompute } from './newRuntime.ts'
import { lastRoundResultsOf, parametersOf, runtimeStatesOf } from './queries.ts'
import { setLastRoundResults, setParameters } from './state.ts'

/** Writes the parameters, and begins all runtimes that the registry has. */
export function initChain(ctx: Context, { document }: InitChainRequest): void {
  const { params, runtimeStates } = document.roothash
  setParameters(ctx.state, params)
  for (const runtime of runtimesOf(ctx.state))
    beginFromGenesis(ctx, runtime, { start: runtimeStates.get(runtime.id), headerType: 'normal' })
  for (const runtime of suspendedRuntimesOf(ctx.state))
    beginFromGenesis(ctx, runtime, {
      start: runtimeStates.get(runtime.id),
      headerType: 'suspended',
    })
}

interface GenesisStart {
  /** Where the document says that the runtime goes on. */
  readonly start: GenesisRuntimeState | undefined
  readonly headerType: 'normal' | 'suspended'
}

/** COMPAT(oasis-core): only where the document says something is a suspended runtime shown so. */
function beginFromGenesis(ctx: Context, runtime: Runtime, { start, headerType }: GenesisStart) {
  if (start === undefined || !isCompute(runtime)) {
    beginRuntime(ctx, runtime)
    return
  }
  const { round, stateRoot, messageResults: messages } = start
  setLastRoundResults(ctx.state, runtime.id, make(RoundResults, { messages }))
  beginRuntime(ctx, runtime, { round, stateRoot, headerType })
}

/** The section of a document from which another chain can go on. */
export function exportGenesis(state: ReadableState): Genesis {
  const runtimeStates = runtimeStatesOf(state).map(({ runtime: { id }, lastBlock }) => {
    const { stateRoot, round } = lastBlock.header
    const { messages: messageResults } = lastRoundResultsOf(state, id)
    return [id, { stateRoot, round, messageResults }] as const
  })
  return { params: parametersOf(state), runtimeStates: keyedMap(Namespace, runtimeStates) }
}
