import { decode } from '@wadi/cbor/codec'
import { BACKENDS } from '@wadi/consensus/beacon'
import { SetEpoch } from '@wadi/consensus/beacon/methods'
import type { Epoch } from '@wadi/primitives/epoch'
import { type Context, currentHeight } from '../../kernel/context.ts'
import { errors } from '../errors.ts'
import { epochOf, parametersOf, pendingMockEpochOf } from '../queries.ts'
import { scheduleEpoch, setPendingMockEpoch } from '../state.ts'

/**
 * beacon.SetEpoch: begins an epoch because a test wants it. For free.
 * COMPAT(oasis-core): it does not end when it is only checked or simulated: what it writes then
 * goes with the state of the check.
 */
export function setEpoch(ctx: Context, body: Uint8Array | undefined): void {
  const params = parametersOf(ctx.state)
  if (!params.debugMockBackend) throw errors.methodDisabled('beacon.SetEpoch')
  // COMPAT(oasis-core): what is malformed has no code here.
  const epoch = decode(SetEpoch, body)
  if (params.backend === BACKENDS.vrf) {
    askFor(ctx, epoch)
  } else {
    checkAdvances(ctx, epoch)
    scheduleEpoch(ctx.state, { epoch, height: currentHeight(ctx) + 1n })
  }
}

/** With proofs an epoch begins when the nodes have proved; until then it is only asked for. */
function askFor(ctx: Context, epoch: Epoch): void {
  const pending = pendingMockEpochOf(ctx.state)
  if (pending === epoch) return
  if (pending !== undefined) throw errors.epochPending()
  checkAdvances(ctx, epoch)
  setPendingMockEpoch(ctx.state, epoch)
}

function checkAdvances({ state }: Context, epoch: Epoch): void {
  const now = epochOf(state)
  if (epoch <= now) throw errors.notAdvancing(`from ${now} to ${epoch}`)
}
