/** Calls as a node answers them: nothing about the answers is checked but their form. */

import type { CallTransport } from '@wadi/grpc/call-transport'
import { createClient } from '@wadi/grpc/client'
import { cborCodec } from '@wadi/grpc/codec'
import { type Method, serverStream, service, unary } from '@wadi/grpc/service'
import type { Ask, Desk, Watch } from './tableClient.ts'

const PACKAGE = 'oasis-core.'

function callerOf(transport: CallTransport, path: string, method: Method) {
  const [name = '', key = ''] = path.split('/')
  return createClient(transport, service(PACKAGE + name, { [key]: method }))[key]!
}

/** Sends calls over a transport. */
export function transportDesk(transport: CallTransport): Desk {
  return {
    asking: (path, { request, response }) =>
      callerOf(transport, path, unary(cborCodec(request), cborCodec(response)) as Method) as Ask,
    watching: (path, { request, item }) =>
      callerOf(
        transport,
        path,
        serverStream(cborCodec(request), cborCodec(item)) as Method,
      ) as Watch,
  }
}
