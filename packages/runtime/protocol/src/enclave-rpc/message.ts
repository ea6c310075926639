/** What enclaves say to each other, and what wraps it on its way. */

import type { Infer } from '@wadi/cbor/codec'
import { rustEnum, UNIT } from '@wadi/cbor/oneOf'
import { bytes, bytesOf, type FixedBytes, raw, text } from '@wadi/cbor/scalars'
import { omitEmptyInGo, struct } from '@wadi/cbor/struct'

/** By this number, which the client draws, one peer has several sessions. */
export type SessionId = FixedBytes<'SessionId'>
export const SessionId = bytesOf('SessionId', 32)

/** A message of a session as the nodes between the enclaves see it. */
export const Frame = struct({
  session: SessionId,
  /** The method that the payload calls, for nodes to decide by. Enclaves check that it is true. */
  untrustedPlaintext: omitEmptyInGo(text),
  /** A message of Noise. */
  payload: omitEmptyInGo(bytes),
})
export type Frame = Infer<typeof Frame>

/** Calls a method; without a session it stands alone. */
export const RpcRequest = struct({ method: text, args: raw })
export type RpcRequest = Infer<typeof RpcRequest>

/** What came out of a call, or why nothing did. */
export const RpcBody = rustEnum({ Success: raw, Error: text })
export type RpcBody = Infer<typeof RpcBody>

/** The answer to a call; without a session it stands alone. */
export const RpcResponse = struct({ body: RpcBody })
export type RpcResponse = Infer<typeof RpcResponse>

/** A message within a session, and the answer to a call by the enclave's own host. */
export const RpcMessage = rustEnum({ Request: RpcRequest, Response: RpcResponse, Close: UNIT })
export type RpcMessage = Infer<typeof RpcMessage>
