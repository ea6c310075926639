/** A node's calls as services that a gRPC server can serve. */

import type { Streams } from '@wadi/consensus/api'
import { cborCodec, rawCodec } from '@wadi/grpc/codec'
import { type Implementation, implement, type ServerStream } from '@wadi/grpc/implement'
import { type Method, serverStream, service, unary } from '@wadi/grpc/service'
import type { Asker, NodeMethods } from './answers/nodeMethod.ts'
import type { NodeApi } from './nodeApi.ts'

const PACKAGE = 'oasis-core.'

interface Bound {
  readonly method: Method
  // biome-ignore lint/suspicious/noExplicitAny: handlers of all types in one table
  readonly handler: any
}

function boundMethods(methods: NodeMethods): (readonly [string, Bound])[] {
  return Object.entries(methods).map(([name, { request, response, answer }]) => {
    const method = unary(cborCodec(request), cborCodec(response)) as Method
    return [name, { method, handler: (asked: unknown, call: Asker) => answer(asked, call) }]
  })
}

function boundTopics(api: NodeApi, topics: Streams): (readonly [string, Bound])[] {
  return Object.entries(topics).map(([name, { request }]) => {
    // Items come encoded: once for all who watch.
    const method = serverStream(cborCodec(request), rawCodec) as Method
    const handler = (asked: unknown, stream: ServerStream<Uint8Array>) =>
      api.watch(name, asked, stream)
    return [name, { method, handler }]
  })
}

function implementationsOf(bound: readonly (readonly [string, Bound])[]): Implementation[] {
  const byService = Map.groupBy(bound, ([name]) => name.slice(0, name.indexOf('/')))
  return Array.from(byService, ([name, own]) => {
    const table = own.map(([path, one]) => [path.slice(path.indexOf('/') + 1), one] as const)
    const methods = Object.fromEntries(table.map(([key, { method }]) => [key, method]))
    const handlers = Object.fromEntries(table.map(([key, { handler }]) => [key, handler]))
    return implement(service(PACKAGE + name, methods), handlers)
  })
}

/** Every service of a node, for whoever may open its socket. */
export function nodeServices(api: NodeApi): readonly Implementation[] {
  return implementationsOf([...boundMethods(api.methods), ...boundTopics(api, api.topics)])
}

/** The service that tells a node what to do: strangers may only ask it whether they can go on. */
const ADMIN = 'NodeController/'
const HARMLESS: ReadonlySet<string> = new Set(
  ['IsReady', 'IsSynced', 'WaitReady', 'WaitSync'].map((name) => ADMIN + name),
)

/** What anybody may call: everything but what tells the node what to do, or about itself. */
export function publicServices(api: NodeApi): readonly Implementation[] {
  const isPublic = ([name]: readonly [string, Bound]) =>
    !name.startsWith(ADMIN) || HARMLESS.has(name)
  const methods = boundMethods(api.methods).filter(isPublic)
  return implementationsOf([...methods, ...boundTopics(api, api.topics)])
}

/** What is for tests only. */
export function debugServices(api: NodeApi): readonly Implementation[] {
  return implementationsOf(boundMethods(api.debugMethods))
}
