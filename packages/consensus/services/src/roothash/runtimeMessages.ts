/** What runtimes ask of the consensus layer: other services do it in the runtime's name. */

import { assert, CodedError } from '@wadi/base/errors'
import { errors } from '@wadi/consensus/roothash/errors'
import type { Message, MessageEvent } from '@wadi/consensus/roothash/messages'
import { runtimeAddress } from '@wadi/primitives/address'
import type { Namespace } from '@wadi/primitives/namespace'
import { type Answer, errors as busErrors } from '../kernel/bus.ts'
import { type Context, childOf, inDiscardedTransaction } from '../kernel/context.ts'
import { noGasAccountant } from '../kernel/gas.ts'

const NULL = Uint8Array.of(0xf6)
const NOBODY = busErrors.noSubscribers().reason

/**
 * Does what a runtime asks for, and says how each message went. One that fails undoes nothing of
 * the others. The gas was paid by whoever submitted the commitment.
 */
export function executeMessages(
  ctx: Context,
  runtime: Namespace,
  messages: readonly Message[],
): readonly MessageEvent[] {
  const caller = runtimeAddress(runtime)
  const inner = childOf(ctx, { caller, gas: noGasAccountant, isMessage: true })
  return messages.map((message, index) => execute(inner, message, index))
}

/**
 * Uses the gas of a runtime's messages, and does nothing.
 * COMPAT(oasis-core): a message that fails, even for want of gas, is no reason to refuse anything.
 */
export function estimateMessages(
  ctx: Context,
  runtime: Namespace,
  messages: readonly Message[],
): void {
  const simulated = childOf(ctx, { mode: 'simulate' })
  const own = childOf(simulated, { caller: runtimeAddress(runtime), isMessage: true })
  inDiscardedTransaction(own, (inner) => {
    for (const [index, message] of messages.entries()) execute(inner, message, index)
  })
}

function execute(ctx: Context, message: Message, index: number): MessageEvent {
  try {
    const result = publish(ctx, message) ?? NULL
    assert(result !== 'understood', 'roothash: a message is answered in CBOR')
    return { module: '', code: 0, index, result }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { module, code } = error.reason === NOBODY ? errors.invalidArgument() : error
    return { module, code, index, result: NULL }
  }
}

/** COMPAT(oasis-core): only the first service that the message names is asked. */
function publish(ctx: Context, { staking, registry, governance }: Message): Answer {
  const { bus } = ctx.chain
  if (staking !== undefined) return bus.publish(ctx, 'runtimeStakingMessage', staking)
  if (registry !== undefined) return bus.publish(ctx, 'runtimeRegistryMessage', registry)
  if (governance !== undefined) return bus.publish(ctx, 'runtimeGovernanceMessage', governance)
  throw errors.invalidArgument()
}
