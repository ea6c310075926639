/** A node's answers in this process: a transport without a wire. */

import { CodedError } from '@wadi/base/errors'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { errorOf, statusError, statusOf } from '@wadi/grpc/status'
import type { NodeApi } from '@wadi/node-api/node-api'

/** `/oasis-core.Staking/Account` is `Staking/Account`. */
function nameOf(path: string): string {
  return path.slice(path.indexOf('.') + 1)
}

/** An error as it comes out of a wire. */
function carried(error: unknown): Error {
  const status = statusOf(error)
  return status === undefined ? (error as Error) : errorOf(status)
}

/** Asks a node directly. Requests and answers are bytes, as on a wire. */
export function apiTransport(api: NodeApi): CallTransport {
  return {
    async unary(path, request) {
      const method = api.methods[nameOf(path)]
      if (method === undefined) throw statusError('unimplemented', `unknown method ${path}`)
      try {
        const asked = decodeRpc(method.request, request)
        return encode(method.response, await method.answer(asked, {}))
      } catch (error) {
        throw error instanceof CodedError ? carried(error) : error
      }
    },
    stream: (path) => {
      throw statusError('unimplemented', `no streams here: ${path}`)
    },
  }
}
