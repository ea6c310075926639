/** The beacon's section of the genesis document. */

import { BACKENDS, type Genesis } from '@wadi/consensus/beacon'
import { type Context, currentHeight } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { beginEpoch } from './epochs.ts'
import { errors } from './errors.ts'
import { epochOf, parametersOf } from './queries.ts'
import { setEpoch, setParameters } from './state.ts'

/** Begins the first epoch. It has no randomness: nothing is elected in it. */
export function initChain(ctx: Context, { document }: InitChainRequest): void {
  const { base: epoch, params } = document.beacon
  setParameters(ctx.state, params)
  const { backend, debugMockBackend, vrfParameters, insecureParameters } = params
  if (backend !== BACKENDS.insecure && backend !== BACKENDS.vrf)
    throw errors.unsupportedBackend(backend)
  const settings = backend === BACKENDS.vrf ? vrfParameters : insecureParameters
  // COMPAT(oasis-core): the reference panics where it needs them first.
  if (settings === undefined && !debugMockBackend) throw errors.notConfigured('beacon.params')
  if (!debugMockBackend) beginEpoch(ctx, params, epoch)
  // COMPAT(oasis-core): tests without proofs begin at zero, whatever the document says.
  else if (backend === BACKENDS.vrf) setEpoch(ctx.state, { epoch, height: currentHeight(ctx) })
}

/** The section that a network would begin with that goes on from this state. */
export function exportGenesis(state: ReadableState): Genesis {
  return { base: epochOf(state), params: parametersOf(state) }
}
