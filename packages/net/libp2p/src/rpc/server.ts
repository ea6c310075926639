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

  /** A place for a request of a peer; undefined if there is none. */
  enter(peer: PublicKey): RequestPlace | undefined {
    if (this.#requests >= REQUESTS_MAX) return undefined
    this.#requests++
    let held = 0
    let answered = 0
    const from = keyTextOf(peer)
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
        this.#bytes -= held
        if (answered > 0) this.#dropAnswer(from, answered)
        held = 0
        answered = 0
      },
    }
  }

  get isEmpty(): boolean {
    const isWithoutAnswers = this.#answerBytes === 0 && this.#answerBytesOf.size === 0
    return this.#requests === 0 && this.#bytes === 0 && isWithoutAnswers
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
  readonly respondent: Respondent
  readonly room: RequestRoom
  readonly log: Logger
  readonly counter?: FrameCounter | undefined
}

/** Reads a question and answers it. Never throws: what a peer does wrong ends its stream. */
export async function serveStream(
  { respondent, room, log, counter }: Serving,
  stream: Stream,
  connection: Connection,
): Promise<void> {
  const from = keyOf(connection.remotePeer)
  const place = from === undefined ? undefined : room.enter(from)
  if (from === undefined || place === undefined) return abortStream(stream)
  try {
    const frame = await readFrame(stream, {
      sizeMax: REQUEST_BYTES_MAX,
      msMax: REQUEST_READ_MS_MAX,
      hold: place.hold,
      counter,
    })
    const { method, body } = decodeRpc(RpcRequest, frame)
    if (method.length > METHOD_SIZE_MAX) return abortStream(stream)
    const reply = await replyOf(respondent, { method, body, from }, stream)
    const answer = encodeReply(reply)
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
    place.leave()
  }
}

/** What the respondent says, unless it takes too long or nobody waits for it any more. */
function replyOf(respondent: Respondent, request: Request, stream: Stream): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const late = () => new UnavailableError('libp2p.tooLate', 'the answer takes too long')
    const end = (act: () => void) => {
      clearTimeout(timer)
      stream.removeEventListener('close', leave)
      act()
    }
    const reply = (said: Reply) => end(() => resolve(said))
    const leave = () => end(() => reject(errors.frameCutOff('nobody waits for the answer')))
    const timer = setTimeout(() => reply({ kind: 'error', error: late() }), REQUEST_ANSWER_MS_MAX)
    stream.addEventListener('close', leave)
    try {
      respondent(request, reply)
    } catch (error) {
      if (isTold(error)) reply({ kind: 'error', error })
      else end(() => reject(error))
    }
  })
}
