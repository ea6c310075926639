/** What the registry answers on the bus. */

import { encode } from '@wadi/cbor/codec'
import { errors } from '@wadi/consensus/registry/errors'
import { Runtime } from '@wadi/consensus/registry/runtime'
import type { RegistryMessage } from '@wadi/consensus/roothash/messages'
import type { Subscriptions } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { parameterSubscriptions } from '../kernel/parameterChanges.ts'
import { parameterRules } from './parameters.ts'
import { registerRuntime } from './transactions/registerRuntime.ts'

/** Changes the descriptor of the runtime that asks, and answers with it. */
function updateRuntime(ctx: Context, message: RegistryMessage): Uint8Array | undefined {
  if (message.updateRuntime === undefined) throw errors.invalidArgument()
  const runtime = registerRuntime(ctx, message.updateRuntime)
  return runtime && encode(Runtime, runtime)
}

/** What runtimes and governance ask. */
export const subscriptions: Subscriptions = {
  runtimeRegistryMessage: updateRuntime,
  ...parameterSubscriptions(parameterRules),
}
