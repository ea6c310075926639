/** CHURP's part of the key manager's section of the genesis document. */

import { toHex } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import type { Genesis, Parameters } from '@wadi/consensus/churp'
import { currentEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { keyManagersIn } from '../keymanager/genesis.ts'
import { plainErrors } from './errors.ts'
import { epochAfter, HANDOFFS_DISABLED, isDisabled, withHandoffAt } from './handoff.ts'
import { allStatusesOf, parametersOf } from './queries.ts'
import { updateScheme } from './schemes.ts'
import { setParameters } from './state.ts'

const GENESIS_PARAMETERS: Parameters = {
  gasCosts: keyedMap(text, [
    ['create', 1_000n],
    ['update', 1_000n],
    ['apply', 1_000n],
    ['confirm', 1_000n],
  ]),
}

/**
 * Writes every scheme of the section, if there is one; no stake is claimed for them.
 * COMPAT(oasis-core): the parameters of the document do not count.
 */
export function initChain(ctx: Context, { document }: InitChainRequest): void {
  const { churp } = document.keymanager
  if (churp === undefined) return
  setParameters(ctx.state, GENESIS_PARAMETERS)
  const known = keyManagersIn(document)
  for (const [i, status] of churp.statuses.entries()) {
    if (status === undefined) throw plainErrors.nullStatus(`keymanager.churp.statuses[${i}]`)
    const runtime = toHex(status.runtimeId)
    if (!known.has(runtime)) throw plainErrors.unknownRuntime(runtime)
    // COMPAT(oasis-core): there is no epoch here, so the first handoff would have been in epoch 0.
    const next = isDisabled(status) ? HANDOFFS_DISABLED : epochAfter(currentEpoch(ctx))
    updateScheme(ctx, withHandoffAt(status, next))
  }
}

/** The part that a network would begin with that goes on from this state. */
export function exportGenesis(state: ReadableState): Genesis {
  const statuses = allStatusesOf(state).map((status) => withHandoffAt(status, HANDOFFS_DISABLED))
  return { params: parametersOf(state), statuses }
}
