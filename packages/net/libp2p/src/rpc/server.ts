/** Answers questions: one on a stream, bounded in size, number and time. */

import type { Connection, Stream } from '@libp2p/interface'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import { decodeRpc } from '@wadi/cbor/codec'
import type { FrameCounter } from '@wadi/cbor/framing-metrics'
import type { Reply, Request, Respondent } from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../errors.ts'
import { type KeyText, keyOf, keyTextOf } from '../host/peerNames.ts'
import {
  ANSWERS_BYTES_MAX,
  ANSWERS_PER_PEER_BYTES_MAX,
  METHOD_SIZE_MAX,
  REQUEST_ANSWER_MS_MAX,
  REQUEST_BYTES_MAX,
  REQUEST_READ_MS_MAX,
  REQUESTS_BYTES_MAX,
  REQUESTS_MAX,
  REQUESTS_PER_PROTOCOL_MAX,
  RESPONSE_WRITE_MS_MAX,
  SERVER_LINGER_MS_MAX,
} from '../limits.ts'
import { stopOnBug } from '../stopOnBug.ts'
import { abortStream, endStream, readFrame, writeFrame } from './framedStream.ts'
import { encodeReply, RpcRequest } from './messages.ts'

/** What all protocols of a node share. */
export class RequestRoom {
  #requests = 0
  #bytes = 0
  #answerBytes = 0
  readonly #answerBytesOf = new Map<KeyText, number>()
  /** By peer and protocol: who ends his streams early has no more places than who waits. */
  readonly #requestsOf = new Map<string, number>()

  /** A place for a request of a peer in a protocol; undefined if there is none. */
  enter(peer: PublicKey, protocol: string): RequestPlace | undefined {
    const from = keyTextOf(peer)
    const which = `${from} ${protocol}`
    const ofPeer = this.#requestsOf.get(which) ?? 0
    if (this.#requests >= REQUESTS_MAX || ofPeer >= REQUESTS_PER_PROTOCOL_MAX) return undefined
    this.#requests++
    this.#requestsOf.set(which, ofPeer + 1)
    let held = 0
    let answered = 0
    return {
      hold: (size) => {
        if (this.#bytes + size > REQUESTS_BYTES_MAX) return false
        this.#bytes += size
        held += size
        return true
      },
      holdAnswer: (size) => {
        if (!this.#holdAnswer(from, size)) return false
        answered += size
        return true
      },
      leave: () => {
        this.#requests--
        this.#dropRequest(which)
        this.#bytes -= held
        if (answered > 0) this.#dropAnswer(from, answered)
        held = 0
        answered = 0
      },
    }
  }

  get isEmpty(): boolean {
    const isWithoutAnswers = this.#answerBytes === 0 && this.#answerBytesOf.size === 0
    const isWithoutRequests = this.#requests === 0 && this.#requestsOf.size === 0
    return isWithoutRequests && this.#bytes === 0 && isWithoutAnswers
  }

  #dropRequest(which: string): void {
    const left = (this.#requestsOf.get(which) ?? 0) - 1
    if (left > 0) this.#requestsOf.set(which, left)
    else this.#requestsOf.delete(which)
  }

  #holdAnswer(peer: KeyText, size: number): boolean {
    const ofPeer = (this.#answerBytesOf.get(peer) ?? 0) + size
    const isTooMuch = ofPeer > ANSWERS_PER_PEER_BYTES_MAX
    if (isTooMuch || this.#answerBytes + size > ANSWERS_BYTES_MAX) return false
    this.#answerBytesOf.set(peer, ofPeer)
    this.#answerBytes += size
    return true
  }

  #dropAnswer(peer: KeyText, size: number): void {
    const left = (this.#answerBytesOf.get(peer) ?? 0) - size
    if (left > 0) this.#answerBytesOf.set(peer, left)
    else this.#answerBytesOf.delete(peer)
    this.#answerBytes -= size
  }
}

/** What one request takes of it. */
export interface RequestPlace {
  hold(size: number): boolean
  /** There is an answer of that size, which is kept until the peer has taken it. */
  holdAnswer(size: number): boolean
  leave(): void
}

/** How streams of a protocol are served. */
export interface Serving {
  readonly protocol: string
  readonly respondent: Respondent
  readonly room: RequestRoom
  readonly log: Logger
  readonly counter?: FrameCounter | undefined
}

/**
 * Reads a question and answers it. Never throws: what a peer does wrong ends its stream. Who does
 * not wait for the answer keeps its place until it is there, or there were no bound to the work.
 */
export async function serveStream(
  { protocol, respondent, room, log, counter }: Serving,
  stream: Stream,
  connection: Connection,
): Promise<void> {
  const from = keyOf(connection.remotePeer)
  const place = from === undefined ? undefined : room.enter(from, protocol)
  if (from === undefined || place === undefined) return abortStream(stream)
  let asked: Asked | undefined
  try {
    const frame = await readFrame(stream, {
      sizeMax: REQUEST_BYTES_MAX,
      msMax: REQUEST_READ_MS_MAX,
      hold: place.hold,
      counter,
    })
    const { method, body } = decodeRpc(RpcRequest, frame)
    if (method.length > METHOD_SIZE_MAX) return abortStream(stream)
    asked = askRespondent(respondent, { method, body, from }, stream)
    const answer = encodeReply(await asked.reply)
    if (!place.holdAnswer(answer.length)) {
      log.debug('request dropped', { from, why: 'too many answers are on their way' })
      return abortStream(stream)
    }
    await writeFrame(stream, answer, { msMax: RESPONSE_WRITE_MS_MAX, counter })
    await endStream(stream, { flushMs: RESPONSE_WRITE_MS_MAX, lingerMs: SERVER_LINGER_MS_MAX })
  } catch (error) {
    abortStream(stream)
    if (isTold(error)) log.debug('request dropped', { from, why: error.message })
    else stopOnBug(error)
  } finally {
    await asked?.done
    place.leave()
  }
}

/** A question that the respondent has. */
interface Asked {
  /** What it says, unless that takes too long or nobody waits for it any more. */
  readonly reply: Promise<Reply>
  /** It has said something, or has had its time. */
  readonly done: Promise<void>
}

function askRespondent(respondent: Respondent, request: Request, stream: Stream): Asked {
  const gone = new AbortController()
  const reply = Promise.withResolvers<Reply>()
  const done = Promise.withResolvers<void>()
  const leave = () => {
    gone.abort()
    reply.reject(errors.frameCutOff('nobody waits for the answer'))
  }
  const end = () => {
    clearTimeout(timer)
    stream.removeEventListener('close', leave)
    done.resolve()
  }
  const say = (said: Reply) => {
    end()
    reply.resolve(said)
  }
  const timer = setTimeout(() => {
    gone.abort()
    const error = new UnavailableError('libp2p.tooLate', 'the answer takes too long')
    say({ kind: 'error', error })
  }, REQUEST_ANSWER_MS_MAX)
  stream.addEventListener('close', leave)
  try {
    respondent({ ...request, signal: gone.signal }, say)
  } catch (error) {
    if (isTold(error)) say({ kind: 'error', error })
    else {
      end()
      reply.reject(error)
    }
  }
  return { reply: reply.promise, done: done.promise }
}
