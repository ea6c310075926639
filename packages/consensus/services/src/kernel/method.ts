/** Declaring what a transaction may call. */

import { CodedError, type ErrorMaker } from '@wadi/base/errors'
import { decode, type Schema } from '@wadi/cbor/codec'
import type { GasCosts } from '@wadi/consensus/gas'
import type { Context } from './context.ts'
import { gasOf } from './gas.ts'

/** A method: what it is called with, and the rule that it runs. */
export interface Method {
  readonly body: Schema<unknown>
  /** Runs the method on an encoded body. */
  run(ctx: Context, body: Uint8Array | undefined): void
}

/** Methods by their names on the wire. */
export type Methods = Readonly<Record<string, Method>>

/** Decodes, or refuses with the service's own error. */
function decodeBody<T>(body: Schema<T>, malformed: ErrorMaker, bytes: Uint8Array | undefined): T {
  try {
    return decode(body, bytes)
  } catch (error) {
    if (error instanceof CodedError) throw malformed(error.message)
    throw error
  }
}

/**
 * Calls a method.
 * COMPAT(oasis-core): a transaction or a vault's action without a body calls with the zero value.
 */
export function runMethod({ run }: Method, ctx: Context, body: Uint8Array | undefined): void {
  run(ctx, body?.length === 0 ? undefined : body)
}

/** Uses the gas that an operation costs, so many times. */
export function useGas(
  { gas }: Context,
  costs: GasCosts | undefined,
  operation: string,
  times = 1n,
): void {
  gas.use(gasOf(costs, operation, times))
}

/** A method whose rule itself says where checking ends and what gas is used. */
export function method<T>(
  body: Schema<T>,
  malformed: ErrorMaker,
  rule: (ctx: Context, body: T) => unknown,
): Method {
  return {
    body: body as Schema<unknown>,
    run: (ctx, bytes) => {
      rule(ctx, decodeBody(body, malformed, bytes))
    },
  }
}

/** Does a transaction that is only checked end here? Everything behind it needs the block. */
export function endsCheck({ mode }: Context): boolean {
  return mode === 'checkTx'
}

/** Does an estimate of gas end here? All gas was used. */
export function endsSimulation({ mode }: Context): boolean {
  return mode === 'simulate'
}
