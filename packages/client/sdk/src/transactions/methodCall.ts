/** What a transaction asks for: a method by its name, and its body by that method's schema. */

import { encode, type Infer, type Schema } from '@wadi/cbor/codec'
import { methodBodies } from '@wadi/consensus/methods'

type Bodies = typeof methodBodies

/** The methods that can be called. */
export type MethodName = keyof Bodies
/** What a method is told. */
export type MethodBody<M extends MethodName> = Infer<Bodies[M]>

/** A method and its encoded body. */
export interface MethodCall {
  readonly method: string
  readonly body: Uint8Array
}

/** `methodCall('staking.Transfer', { to, amount })`. */
export function methodCall<M extends MethodName>(method: M, body: MethodBody<M>): MethodCall {
  return { method, body: encode(methodBodies[method] as Schema<MethodBody<M>>, body) }
}
