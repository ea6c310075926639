/** The connection to a host: frames, and which answer belongs to which request. */

import type { Duplex } from 'node:stream'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import {
  type AnswerTo,
  isAnswerTo,
  type RequestKind,
} from '@wadi/runtime-protocol/host-protocol/answers'
import {
  type Body,
  decodeMessage,
  encodeForHost,
  MESSAGE_TYPES,
} from '@wadi/runtime-protocol/host-protocol/message'
import { MESSAGE_SIZE_MAX } from '@wadi/runtime-protocol/limits'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { errors } from './errors.ts'
import { REQUESTS_MAX } from './limits.ts'

/** Works on a request of the host. Undefined stands for one of an unknown kind. */
export type Serve = (request: Body | undefined) => Promise<Body>

interface Question {
  resolve(body: Body | undefined): void
  reject(why: unknown): void
}

const TOO_MANY: Body = {
  kind: 'Error',
  body: { module: 'rhp/internal', code: 1, message: 'too many requests' },
}

/**
 * Requests of both sides overlap. What the host sends that cannot be read ends the connection:
 * there is no way to tell it which message that was.
 */
export class HostConnection {
  readonly #stream: Duplex
  readonly #serve: Serve
  readonly #questions = new Map<bigint, Question>()
  #nextId = 0n
  #working = 0
  #hasEnded = false

  constructor(stream: Duplex, serve: Serve) {
    this.#stream = stream
    this.#serve = serve
  }

  /** Serves the host until it has gone. Rejects if it did not keep to the protocol. */
  async run(): Promise<void> {
    const reader = new FrameReader(MESSAGE_SIZE_MAX)
    try {
      for await (const piece of this.#stream.iterator({ destroyOnReturn: false })) {
        for (const message of reader.push(piece)) await this.#take(message)
      }
      if (!reader.isAtStart) throw errors.streamCutOff()
      this.#stream.end()
    } catch (error) {
      this.#stream.destroy()
      throw error
    } finally {
      this.#end()
    }
  }

  /** Asks the host. */
  async ask<K extends RequestKind>(request: Request<K>): Promise<AnswerTo<K>> {
    const body = await this.askAny(request as Body)
    if (body?.kind === 'Error') throw refusalOf(body)
    if (body === undefined || !isAnswerTo(request.kind, body))
      throw errors.otherAnswer(request.kind)
    return body
  }

  /** Asks the host. Gives an error too, or undefined for what is no answer of the protocol. */
  async askAny(request: Body): Promise<Body | undefined> {
    if (this.#hasEnded) throw hostGone()
    const id = this.#nextId++
    return await new Promise<Body | undefined>((resolve, reject) => {
      this.#questions.set(id, { resolve, reject })
      this.#send(id, MESSAGE_TYPES.request, request).catch((why) => {
        this.#questions.delete(id)
        reject(why)
      })
    })
  }

  async #take(bytes: Uint8Array): Promise<void> {
    const { id, messageType, body } = decodeMessage(bytes)
    switch (messageType) {
      case MESSAGE_TYPES.request:
        // Whoever is refused is told before more is read: the answers must not pile up.
        if (this.#working >= REQUESTS_MAX) await this.#send(id, MESSAGE_TYPES.response, TOO_MANY)
        else this.#work(id, body)
        return
      case MESSAGE_TYPES.response:
        // An answer to nothing is ignored, as everybody does.
        this.#questions.get(id)?.resolve(body)
        this.#questions.delete(id)
        return
      default:
        throw errors.malformedMessage(String(messageType))
    }
  }

  #work(id: bigint, request: Body | undefined): void {
    this.#working++
    this.#serve(request)
      .then((answer) => this.#send(id, MESSAGE_TYPES.response, answer))
      .catch((why) => this.#stream.destroy(why))
      .finally(() => this.#working--)
  }

  /** Done when the stream has room again. */
  async #send(id: bigint, messageType: number, body: Body): Promise<void> {
    const frame = frameOf(encodeOrTell({ id, messageType, body }))
    if (this.#hasEnded || this.#stream.write(frame)) return
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#stream.off('drain', done).off('close', done)
        resolve()
      }
      this.#stream.on('drain', done).on('close', done)
    })
  }

  #end(): void {
    this.#hasEnded = true
    for (const { reject } of this.#questions.values()) reject(hostGone())
    this.#questions.clear()
  }
}

/** An answer that is too large becomes an error, as Rust's side does it. */
function encodeOrTell(message: Parameters<typeof encodeForHost>[0]): Uint8Array {
  try {
    return encodeForHost(message)
  } catch (error) {
    if (!(error instanceof CodedError) || message.messageType === MESSAGE_TYPES.request) throw error
    const body = { module: 'rhp/write', code: 1, message: error.message }
    return encodeForHost({ ...message, body: { kind: 'Error', body } })
  }
}

function hostGone(): UnavailableError {
  return new UnavailableError('guest.host-gone', 'guest: the host has gone')
}

/** The world's fault: perhaps the host can do it next time. */
function refusalOf({ body }: Extract<Body, { kind: 'Error' }>): UnavailableError {
  const { module, code, message } = body
  return new UnavailableError(
    'guest.refused',
    `guest: the host refuses: ${module}/${code} ${message}`,
  )
}
