/** A node of a test behind a real port, and the ways to it. */

import { createLogger, SILENT } from '@wadi/base/log'
import { zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/control'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { Channel } from '@wadi/grpc/channel'
import { GrpcServer } from '@wadi/grpc/server'
import { nodeServices } from '@wadi/node-api/grpc-services'
import { createNodeApi, type NodeApi } from '@wadi/node-api/node-api'
import { createWebTransport } from '../web/webTransport.ts'
import { webClock, webTimers } from '../webWorld.ts'
import { ApplicationChain } from './applicationChain.ts'

/** A chain of a test, and what a node answers about it. */
export interface TestNode {
  readonly chain: ApplicationChain
  readonly api: NodeApi
  /** Makes a block, and tells those who watch. */
  advance(): bigint
}

/** A node without any block, of a chain that begins as usual but for some parts. */
export function createTestNode(changes: Partial<GenesisDocument> = {}): TestNode {
  const chain = new ApplicationChain(changes)
  const { identity } = zero(Status)
  const facts = { softwareVersion: '0', mode: 'client', identity } as const
  const api = createNodeApi({ source: chain, facts })
  const advance = () => {
    const height = chain.add()
    api.applied(height)
    return height
  }
  return { chain, api, advance }
}

/** A node that programs can call, until it is closed. */
export interface ServedNode extends TestNode {
  readonly url: string
  /** gRPC-web over `fetch`. */
  readonly web: CallTransport
  /** gRPC over HTTP/2. */
  readonly channel: CallTransport
  /** What the node itself did wrong. */
  readonly failures: readonly unknown[]
  close(): Promise<void>
}

/** Has a node listen at a port of this machine, for programs and pages. */
export async function serveTestNode(): Promise<ServedNode> {
  const node = createTestNode()
  const failures: unknown[] = []
  const server = await GrpcServer.listen({
    listen: { kind: 'tcp', host: '127.0.0.1', port: 0, web: { origins: ['*'] } },
    implementations: nodeServices(node.api),
    clock: webClock,
    timers: webTimers,
    logger: createLogger('grpc', SILENT),
    onFailure: (error) => failures.push(error),
  })
  const target = `127.0.0.1:${server.port}`
  const channel = new Channel({ target, clock: webClock, timers: webTimers })
  const url = `http://${target}`
  return {
    ...node,
    url,
    web: createWebTransport({ url }),
    channel,
    failures,
    close: async () => {
      channel.close()
      await server.close(0)
    },
  }
}
