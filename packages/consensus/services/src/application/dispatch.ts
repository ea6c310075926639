/** Which service a method belongs to, and calls that one service makes of another. */

import { assert } from '@wadi/base/errors'
import type { Subcall, Subscriptions } from '../kernel/bus.ts'
import { type Context, childOf, inSubTransaction } from '../kernel/context.ts'
import { type Method, runMethod } from '../kernel/method.ts'
import type { Service } from '../kernel/service.ts'
import { CALL_DEPTH_MAX } from '../limits.ts'
import { errors } from './errors.ts'

/** A method and whose it is. */
export interface Target {
  readonly service: Service
  readonly method: Method
}

/** Finds the service of a method. */
export interface Dispatcher {
  /** The method, unless nobody knows it or its service is not enabled. */
  resolve(ctx: Context, method: string): Target
}

/** A dispatcher over all methods of the services. */
export function createDispatcher(services: readonly Service[]): Dispatcher {
  const targets = new Map<string, Target>()
  for (const service of services)
    for (const [name, method] of Object.entries(service.methods)) {
      assert(!targets.has(name), `mux: two services have the method ${name}`)
      targets.set(name, { service, method })
    }
  return {
    resolve: (ctx, method) => {
      const target = targets.get(method)
      if (target === undefined || target.service.isEnabled?.(ctx) === false)
        throw errors.unknownMethod(method)
      return target
    },
  }
}

/** What the application itself answers on the bus: it makes calls in the name of an account. */
export function applicationSubscriptions(dispatcher: Dispatcher): Subscriptions {
  return {
    // It has no need of it itself, but somebody has to be asked.
    stateSyncCompleted: () => undefined,
    executeSubcall: (ctx, subcall) => {
      executeSubcall(dispatcher, ctx, subcall)
      return 'understood'
    },
  }
}

function executeSubcall(dispatcher: Dispatcher, ctx: Context, subcall: Subcall): void {
  // COMPAT(oasis-core): every context counts, so a call that leads to another one costs three.
  if (ctx.depth > CALL_DEPTH_MAX) throw errors.callDepthExceeded()
  const { caller, method, body } = subcall
  inSubTransaction(childOf(ctx, { caller }), (inner) => {
    runMethod(dispatcher.resolve(inner, method).method, inner, body)
  })
}
