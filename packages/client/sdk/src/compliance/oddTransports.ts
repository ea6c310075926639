/** Ways to nodes that say something else of their chain than there is. */

import { decodeRpc, encode } from '@wadi/cbor/codec'
import { i64 } from '@wadi/cbor/scalars'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { statusError } from '@wadi/grpc/status'

/** A node whose chain ends at a height. */
export function endingAt(honest: CallTransport, last: bigint): CallTransport {
  return {
    ...honest,
    unary: async (path, request, options) => {
      if (path.endsWith('/GetLatestHeight')) return encode(i64, last)
      if (!path.endsWith('/GetLightBlock')) return await honest.unary(path, request, options)
      const height = decodeRpc(i64, request)
      if (height > last) throw statusError('unknown', 'no such height')
      return await honest.unary(path, height === 0n ? encode(i64, last) : request, options)
    },
  }
}

/** A node that says that its chain has a height, and has the blocks of another node. */
export function claiming(honest: CallTransport, height: () => bigint): CallTransport {
  return {
    ...honest,
    unary: async (path, request, options) =>
      path.endsWith('/GetLatestHeight')
        ? encode(i64, height())
        : await honest.unary(path, request, options),
  }
}
