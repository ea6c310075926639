/** What a request is: a call of which method, in which dialect, by somebody who may. */

import { STATUS, type Status, statusError, statusOf } from '../status.ts'
import { parseTimeout } from '../timeout.ts'
import { type Answer, GrpcAnswer, WebAnswer } from './answer.ts'
import { answerPreflight, corsHeaders, isAllowed, type Origins } from './cors.ts'
import type { Desk } from './desk.ts'
import type { Exchange, ExchangeEvents } from './exchange.ts'
import type { BoundMethod, Implementation } from './implement.ts'
import type { CallRequest } from './options.ts'
import { ServerCall } from './serverCall.ts'

/** What a server knows when a request comes. */
export interface Directory {
  readonly desk: Desk
  readonly implementations: ReadonlyMap<string, Implementation>
  /** Pages that may call; nothing where gRPC-web is not served. */
  readonly origins: Origins | undefined
  readonly authorize: (call: CallRequest) => void
}

const FORBIDDEN = 403
const METHOD_NOT_ALLOWED = 405
const UNSUPPORTED_MEDIA_TYPE = 415

const GRPC = /^application\/grpc(?:\+(?:cbor|proto))?$/
const WEB = /^application\/grpc-web(-text)?(?:\+(?:cbor|proto))?$/

/** The way to answer, and how the request is written. */
interface Dialect {
  readonly answer: Answer
  readonly isText: boolean
}

/** Begins the call that a request is, or says why it is none. */
export function accept(exchange: Exchange, directory: Directory): void {
  const { origins, desk } = directory
  if (origins !== undefined && exchange.method === 'OPTIONS') {
    answerPreflight(exchange, origins)
    exchange.listen(NO_CALL)
    return
  }
  const dialect = chooseDialect(exchange, origins)
  if (dialect === undefined) {
    exchange.listen(NO_CALL)
    return
  }
  const { answer, isText } = dialect
  try {
    const bound = findMethod(exchange, directory)
    const timeoutMs = parseTimeout(exchange.header('grpc-timeout'))
    exchange.listen(new ServerCall({ exchange, answer, bound, desk, timeoutMs, isText }))
  } catch (error) {
    const status = statusOf(error)
    if (status === undefined) desk.onFailure(error)
    answer.finish(status ?? { code: STATUS.internal, message: 'internal error' })
    exchange.listen(NO_CALL)
  }
}

/** Hears nothing of a request that is answered already. */
const NO_CALL: ExchangeEvents = {
  received: () => undefined,
  ended: () => undefined,
  closed: () => undefined,
}

/** Nothing if the request is answered already. */
function chooseDialect(exchange: Exchange, origins: Origins | undefined): Dialect | undefined {
  const contentType = exchange.header('content-type') ?? ''
  const [essence = ''] = contentType.toLowerCase().split(';', 1)
  const type = essence.trim()
  const isGrpc = exchange.hasTrailers && GRPC.test(type)
  const web = origins === undefined ? null : WEB.exec(type)
  if (!isGrpc && web === null) {
    const message = `invalid gRPC request content-type ${JSON.stringify(contentType)}`
    refuse(exchange, UNSUPPORTED_MEDIA_TYPE, { code: STATUS.invalidArgument, message })
    return undefined
  }
  if (exchange.method !== 'POST') {
    const said = JSON.stringify(exchange.method)
    const message = `Received a HEADERS frame with :method ${said} which should be POST`
    refuse(exchange, METHOD_NOT_ALLOWED, { code: STATUS.internal, message })
    return undefined
  }
  if (web === null) return { answer: new GrpcAnswer(exchange, type), isText: false }
  const origin = exchange.header('origin')
  if (!isAllowed(origin, origins ?? [])) {
    const message = 'the page that calls is not from an allowed origin'
    refuse(exchange, FORBIDDEN, { code: STATUS.permissionDenied, message })
    return undefined
  }
  const headers = { 'content-type': type, ...corsHeaders(origin) }
  const form = web[1] === undefined ? 'binary' : 'text'
  return { answer: new WebAnswer(exchange, headers, form), isText: form === 'text' }
}

function refuse(exchange: Exchange, httpStatus: number, status: Status): void {
  new GrpcAnswer(exchange, 'application/grpc', httpStatus).finish(status)
}

function findMethod(exchange: Exchange, directory: Directory): BoundMethod {
  const { path, peer } = exchange
  if (!directory.desk.hasRoom(peer))
    throw statusError('resourceExhausted', 'grpc: the server has as many calls as it can')
  const encoding = exchange.header('grpc-encoding') ?? 'identity'
  if (encoding !== 'identity') {
    const said = JSON.stringify(encoding)
    const message = `grpc: Decompressor is not installed for grpc-encoding ${said}`
    throw statusError('unimplemented', message)
  }
  const end = path.lastIndexOf('/')
  if (!path.startsWith('/') || end === 0)
    throw statusError('unimplemented', `malformed method name: ${JSON.stringify(path)}`)
  const [service, name] = [path.slice(1, end), path.slice(end + 1)]
  const implementation = directory.implementations.get(service)
  if (implementation === undefined) throw statusError('unimplemented', `unknown service ${service}`)
  const bound = implementation.methods.get(name)
  if (bound === undefined)
    throw statusError('unimplemented', `unknown method ${name} for service ${service}`)
  directory.authorize({ path, peer, header: (field) => exchange.header(field) })
  return bound
}
