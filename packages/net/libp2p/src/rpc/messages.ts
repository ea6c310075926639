/** What is written when a node asks another one. */

import { CodedError, PLAIN_CODE, PLAIN_MODULE, UnavailableError } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import { raw, text, u32 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import type { Reply } from '@wadi/contracts/runtime-network'
import { errors } from '../errors.ts'
import { ERROR_TEXT_SIZE_MAX } from '../limits.ts'

/** A question: a method's name, and its argument as it is encoded. */
export const RpcRequest = struct({ method: text, body: raw })
export type RpcRequest = Infer<typeof RpcRequest>

const RpcError = struct({
  module: omitEmpty(text),
  code: omitEmpty(u32),
  message: omitEmpty(text),
})

const RpcResponse = struct({ ok: omitEmpty(raw), error: optional(RpcError) })

/** The encoding of what a respondent says. */
export function encodeReply(reply: Reply): Uint8Array {
  if (reply.kind === 'ok') return encode(RpcResponse, { ok: reply.body, error: undefined })
  const { error } = reply
  const { module, code } =
    error instanceof CodedError ? error : { module: PLAIN_MODULE, code: PLAIN_CODE }
  const message = error.message.slice(0, ERROR_TEXT_SIZE_MAX)
  return encode(RpcResponse, { ok: new Uint8Array(0), error: { module, code, message } })
}

/** The result that a response brings; the peer's error is thrown. */
export function resultOf(response: Uint8Array): Uint8Array {
  const { ok, error } = decodeRpc(RpcResponse, response)
  if (error === undefined) return ok
  const { module, code, message } = error
  if (code === 0) throw errors.badResponse('an error without a code')
  if (module === PLAIN_MODULE && code === PLAIN_CODE) {
    throw new UnavailableError('libp2p.failedThere', message)
  }
  throw new CodedError(module, code, `${module}.remote`, message)
}
