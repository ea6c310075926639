/** A node that a command asks, by the tables of calls. */

import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import type { Calls } from '@wadi/consensus/api'
import { Channel } from '@wadi/grpc/channel'
import type { ChannelTls } from '@wadi/grpc/channel-options'
import { cborCodec } from '@wadi/grpc/codec'
import { pathOf } from '@wadi/grpc/service'
import type { CommandWorld } from '@wadi/node-config/command'
import { errors } from '../transaction/commandErrors.ts'
import type { ConnectionFlagValues } from './connectionFlags.ts'
import { NodeRefusal } from './nodeRefusal.ts'

const PACKAGE = 'oasis-core.'
const SOCKET = 'unix:'
const REMEDY = 'start it, name its socket with --address, or wait for it with --wait'
const TCP = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+)):\d{1,5}$/
const NO_TLS = undefined
/** A certificate that the machine's authorities signed. */
const USUAL_TLS: ChannelTls = {}

/** What the calls of a table are asked with, and answered with. */
type QuestionOf<C extends Calls[string]> = Infer<C['request']>
type AnswerOf<C extends Calls[string]> = Infer<C['response']>

/** A node that can be asked. */
export interface AskedNode {
  ask<T extends Calls, N extends keyof T & string>(
    calls: T,
    name: N,
    ...question: undefined extends QuestionOf<T[N]> ? [] : [QuestionOf<T[N]>]
  ): Promise<AnswerOf<T[N]>>
}

function isLoopback(address: string): boolean {
  const [, v6, host = v6 ?? ''] = TCP.exec(address) ?? []
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

interface Way {
  readonly target: string
  readonly tls: ChannelTls | undefined
}

/** Where the node is, and how one speaks with it there. */
function wayTo(
  { address, insecure }: ConnectionFlagValues,
  { err }: Pick<CommandWorld, 'err'>,
): Way {
  if (existsSync(address)) {
    err.write(`${address} is the name of a file: taken as ${SOCKET}${address}\n`)
    return { target: SOCKET + address, tls: NO_TLS }
  }
  if (address.startsWith(SOCKET)) return { target: address, tls: NO_TLS }
  if (!TCP.test(address))
    throw errors.badValue(
      `--address is ${JSON.stringify(address)}; give unix:<path of the socket> or <host>:<port>`,
    )
  if (!insecure) return { target: address, tls: USUAL_TLS }
  if (!isLoopback(address))
    throw errors.badValue(
      `--insecure is for nodes of this machine only, and ${address} is elsewhere; leave it out`,
    )
  return { target: address, tls: NO_TLS }
}

/** Says whether nobody is there, or somebody is who cannot answer. */
function describeAway(target: string, name: string, error: UnavailableError): UnavailableError {
  const { cause, message, reason } = error
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  const why = code === undefined ? '' : ` (${code})`
  const sentence = message.startsWith(`grpc: cannot reach ${target}`)
    ? `no node answers at ${target}${why}; ${REMEDY}`
    : `the node cannot answer ${name} now (${message}); try again`
  return new UnavailableError(reason, sentence, { cause })
}

/** Says of a refusal that it is the node's. */
function describeRefusal(name: string, error: CodedError): NodeRefusal {
  const { module, code, reason, message } = error
  return new NodeRefusal(module, code, reason, message, `the node refuses ${name}: ${message}`)
}

/** What a node says that speaks another version, or is none. */
function readAnswer<A>(name: string, read: () => A): A {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const sentence = `the answer to ${name} cannot be read (${error.message})`
    const remedy = 'ask a node of this release'
    throw new UnavailableError('answer.unreadable', `${sentence}; ${remedy}`, { cause: error })
  }
}

function channelOf({ target, tls }: Way): Channel {
  return new Channel({ target, ...(tls && { tls }), clock: processClock, timers: nodeTimers })
}

/** A way to the node that the flags name, for whoever asks more than a question. */
export function openChannel(
  flags: ConnectionFlagValues,
  world: Pick<CommandWorld, 'err'>,
): Channel {
  return channelOf(wayTo(flags, world))
}

/** Asks the node that the flags name. */
export async function withNode<A>(
  flags: ConnectionFlagValues,
  world: Pick<CommandWorld, 'err'>,
  use: (node: AskedNode) => Promise<A>,
): Promise<A> {
  const way = wayTo(flags, world)
  const { target } = way
  const channel = channelOf(way)
  const whenAway = flags.wait ? 'wait' : 'fail'
  const node: AskedNode = {
    async ask(calls, name, ...[question]) {
      const { request, response } = calls[name]!
      const [service, method] = name.split('/') as [string, string]
      const encoded = cborCodec(request).encode(question)
      const path = pathOf(PACKAGE + service, method)
      const answer = await channel.unary(path, encoded, { whenAway }).catch((error: unknown) => {
        if (error instanceof UnavailableError) throw describeAway(target, name, error)
        if (error instanceof CodedError) throw describeRefusal(name, error)
        throw error
      })
      return readAnswer(name, () => cborCodec(response).decode(answer))
    },
  }
  try {
    return await use(node)
  } finally {
    channel.close()
  }
}
