/** A node's calls as services that a gRPC server can serve. */

import type { Streams } from '@wadi/consensus/api'
import type { Status } from '@wadi/consensus/consensus/status'
import { cborCodec, rawCodec } from '@wadi/grpc/codec'
import { type Call, type Implementation, implement, type ServerStream } from '@wadi/grpc/implement'
import { type Method, serverStream, service, unary } from '@wadi/grpc/service'
import { Turns } from '@wadi/node-storage/turns'
import type { NodeMethod, NodeMethods } from './answers/nodeMethod.ts'
import type { FiniteStreams } from './answers/storage.ts'
import { errors } from './errors.ts'
import {
  WAITERS_MAX,
  WAITERS_PER_ADDRESS_MAX,
  WATCH_BURST_MAX,
  WATCHERS_MAX,
  WATCHERS_PER_ADDRESS_MAX,
} from './limits.ts'
import type { NodeApi } from './nodeApi.ts'
import { Room } from './room.ts'

const PACKAGE = 'oasis-core.'

/**
 * Calls that may go on until something happens that nobody here decides about. They are counted at
 * the listener where they came: what the node asks itself never waits for a place among them.
 */
export const WAITING_CALLS: ReadonlySet<string> = new Set([
  'Beacon/WaitEpoch',
  'Consensus/SubmitTx',
  'Consensus/SubmitTxWithProof',
  'DebugController/SetEpoch',
  'DebugController/WaitNodesRegistered',
  'NodeController/WaitReady',
  'NodeController/WaitSync',
  'RuntimeClient/CheckTx',
  'RuntimeClient/Query',
  'RuntimeClient/SubmitTx',
  'RuntimeClient/SubmitTxMeta',
  'RuntimeClient/SubmitTxNoWait',
])

/** Calls whose answers are proofs of many keys: a listener gives them one after the other. */
export const PROVING_CALLS: ReadonlySet<string> = new Set(
  ['Consensus/StateSync', 'RuntimeClient/StateSync', 'Storage/Sync'].flatMap((start) => [
    `${start}GetPrefixes`,
    `${start}Iterate`,
  ]),
)

/** The rooms of one listener. */
interface Rooms {
  readonly waiting: Room
  readonly watching: Room
  readonly proofs: Turns
}

function roomsOfListener(): Rooms {
  return {
    waiting: new Room({
      countMax: WAITERS_MAX,
      perAddressMax: WAITERS_PER_ADDRESS_MAX,
      refusal: errors.tooManyWaiters,
    }),
    watching: new Room({
      countMax: WATCHERS_MAX,
      perAddressMax: WATCHERS_PER_ADDRESS_MAX,
      refusal: errors.tooManyWatchers,
    }),
    proofs: new Turns(),
  }
}

interface Bound {
  readonly method: Method
  // biome-ignore lint/suspicious/noExplicitAny: handlers of all types in one table
  readonly handler: any
}

/** Answers as long as there is room for those who wait. */
function answeredInside({ waiting }: Rooms, { answer }: NodeMethod<unknown, unknown>) {
  return async (asked: unknown, call: Call) => {
    const leave = waiting.enter(call.peer)
    try {
      return await answer(asked, call)
    } finally {
      leave()
    }
  }
}

function handlerOf(name: string, known: NodeMethod<unknown, unknown>, rooms: Rooms) {
  const { answer } = known
  if (WAITING_CALLS.has(name)) return answeredInside(rooms, known)
  const atOnce = (asked: unknown, call: Call) => answer(asked, call)
  if (!PROVING_CALLS.has(name)) return atOnce
  return (asked: unknown, call: Call) => rooms.proofs.take(() => atOnce(asked, call), call.signal)
}

function boundMethods(methods: NodeMethods, rooms: Rooms): (readonly [string, Bound])[] {
  return Object.entries(methods).map(([name, known]) => {
    const method = unary(cborCodec(known.request), cborCodec(known.response)) as Method
    return [name, { method, handler: handlerOf(name, known, rooms) }]
  })
}

/** Goes on as long as there is room for those who watch; `begin` gives how it ends. */
function watchedInside({ watching }: Rooms, { peer }: Call, begin: () => () => void) {
  const leave = watching.enter(peer)
  try {
    const stop = begin()
    return () => {
      leave()
      stop()
    }
  } catch (error) {
    leave()
    throw error
  }
}

function boundTopics(api: NodeApi, topics: Streams, rooms: Rooms): (readonly [string, Bound])[] {
  return Object.entries(topics).map(([name, { request }]) => {
    // Items come encoded: once for all who watch.
    const method = serverStream(cborCodec(request), rawCodec) as Method
    const handler = (asked: unknown, stream: ServerStream<Uint8Array>) =>
      watchedInside(rooms, stream, () => api.watch(name, asked, stream))
    return [name, { method, handler }]
  })
}

/** Sends items as fast as they are taken, and ends. */
async function sendAll(
  items: Iterator<Uint8Array>,
  stream: ServerStream<Uint8Array>,
): Promise<void> {
  try {
    for (;;) {
      for (let sent = 0; sent < WATCH_BURST_MAX; sent++) {
        const { done, value } = items.next()
        if (done === true) return stream.end()
        if (!stream.send(value)) return
      }
      await stream.drained()
    }
  } catch (error) {
    stream.fail(error)
  }
}

function boundStreams(streams: FiniteStreams, rooms: Rooms): (readonly [string, Bound])[] {
  return Object.entries(streams).map(([name, { request, items }]) => {
    const method = serverStream(cborCodec(request), rawCodec) as Method
    const handler = (asked: unknown, stream: ServerStream<Uint8Array>) =>
      watchedInside(rooms, stream, () => {
        void sendAll(items(asked)[Symbol.iterator](), stream)
        return () => undefined
      })
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

/** Every service of a node, for one listener that only those reach who may do everything. */
export function nodeServices(api: NodeApi): readonly Implementation[] {
  const rooms = roomsOfListener()
  const methods = boundMethods(api.methods, rooms)
  return implementationsOf([...methods, ...boundTopics(api, api.topics, rooms)])
}

/** The service that tells a node what to do: strangers may only ask it whether they can go on. */
const ADMIN = 'NodeController/'
const ADMIN_CALLS: ReadonlySet<string> = new Set(['StorageWorker/PauseCheckpointer'])
const HARMLESS: ReadonlySet<string> = new Set(
  ['IsReady', 'IsSynced', 'WaitReady', 'WaitSync'].map((name) => ADMIN + name),
)

const STATUS_CALL = 'Consensus/GetStatus'

/**
 * With whom a node speaks, and where it listens, is nobody's business: whoever knows the peers of a
 * sentry knows the node that it hides. An archive says as little.
 */
function discreet(methods: NodeMethods): NodeMethods {
  const known: NodeMethod<undefined, Status> | undefined = methods[STATUS_CALL]
  if (known === undefined) return methods
  const answer: typeof known.answer = async (asked, asker) => {
    return { ...(await known.answer(asked, asker)), peers: undefined }
  }
  return { ...methods, [STATUS_CALL]: { ...known, answer } }
}

/**
 * What anybody may call, for one listener: everything but what tells the node what to do, or about
 * itself.
 */
export function publicServices(api: NodeApi): readonly Implementation[] {
  const rooms = roomsOfListener()
  const isPublic = ([name]: readonly [string, Bound]) =>
    (!name.startsWith(ADMIN) && !ADMIN_CALLS.has(name)) || HARMLESS.has(name)
  const methods = boundMethods(discreet(api.methods), rooms).filter(isPublic)
  return implementationsOf([...methods, ...boundTopics(api, api.topics, rooms)])
}

/** What is for tests only. */
export function debugServices(api: NodeApi): readonly Implementation[] {
  const rooms = roomsOfListener()
  const methods = boundMethods(api.debugMethods, rooms)
  return implementationsOf([...methods, ...boundStreams(api.debugStreams, rooms)])
}
