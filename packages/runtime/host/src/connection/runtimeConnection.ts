/** The connection to a runtime: frames, which answer belongs to which call, and what it may ask. */

import type { Duplex } from 'node:stream'
import { CodedError, isTold } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import type { FrameCounter } from '@wadi/cbor/framing-metrics'
import type { RuntimeFault, RuntimeRequestKind } from '@wadi/contracts/runtime-host'
import { type AnswerTo, isAnswerTo } from '@wadi/runtime-protocol/host-protocol/answers'
import {
  type Body,
  decodeMessage,
  encodeForRuntime,
  MESSAGE_TYPES,
} from '@wadi/runtime-protocol/host-protocol/message'
import { MESSAGE_SIZE_MAX } from '@wadi/runtime-protocol/limits'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { errorOfRuntime, protocolErrors, RuntimeFaultError, unavailable } from '../errors.ts'
import { FORGOTTEN_MAX, READY_MS, REQUESTS_MAX, UNASKED_MAX } from '../limits.ts'
import { deadlineOf } from './deadlines.ts'
import { faultOfStream } from './faultOfStream.ts'

/** Answers a request of a runtime. Undefined stands for one of an unknown kind. */
export type Serve = (request: Body | undefined, signal: AbortSignal) => Body | Promise<Body>

/** What a connection works with. */
export interface ConnectionOptions {
  readonly stream: Duplex
  readonly serve: Serve
  readonly timers: Timers
  /** What must not have happened: a fault of ours while a request was answered. */
  readonly onBug: (error: unknown) => void
  readonly frames?: FrameCounter | undefined
}

/** How long a call waits. */
export interface AskOptions {
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

interface Question {
  readonly isWatched: boolean
  resolve(body: Body | undefined): void
  reject(why: unknown): void
}

/**
 * Requests of both sides overlap, and answers come in any order. Beyond {@link REQUESTS_MAX}
 * requests that are worked on nothing is read, whatever a runtime sends. What cannot be read ends
 * the connection: there is no way to tell which message that was.
 */
export class RuntimeConnection {
  readonly #options: ConnectionOptions
  readonly #questions = new Map<bigint, Question>()
  /** Calls that nobody waits for any more, the oldest first. */
  readonly #forgotten = new Set<bigint>()
  readonly #abort = new AbortController()
  readonly #waitingForRoom: (() => void)[] = []
  readonly #ready = Promise.withResolvers<boolean>()
  #nextId = 0n
  #unasked = 0
  #working = 0
  /** When what was written has gone out; undefined while there is room. */
  #room: Promise<void> | undefined
  #isReady = false
  #fault: RuntimeFault | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    // Whoever reads hears of it; without a listener, writing to one who has gone ends the process.
    options.stream.on('error', () => undefined)
  }

  /** How many requests of the runtime are worked on. */
  get working(): number {
    return this.#working
  }

  /** How many calls wait for the runtime. */
  get calls(): number {
    return this.#questions.size
  }

  /**
   * Does the runtime work on something that it is made to give up when it takes too long? One that
   * is synchronous answers nothing else meanwhile.
   */
  get isAtWork(): boolean {
    return [...this.#questions.values()].some(({ isWatched }) => isWatched)
  }

  /** Reads until the connection ends, and says why it did. */
  async run(): Promise<RuntimeFault> {
    const { stream } = this.#options
    const reader = new FrameReader(MESSAGE_SIZE_MAX)
    try {
      for await (const piece of stream.iterator({ destroyOnReturn: false })) {
        for (const message of reader.push(piece)) {
          this.#options.frames?.read(message.length)
          await this.#take(message)
        }
        if (this.#fault !== undefined) break
      }
      const detail = 'it closed its connection'
      this.close(reader.isAtStart ? { kind: 'gone', detail } : { kind: 'cut-off', detail })
    } catch (error) {
      const fault = faultOfStream(error)
      if (fault === undefined) this.#options.onBug(error)
      this.close(fault ?? { kind: 'gone', detail: 'the host failed' })
    }
    return this.#fault!
  }

  /** From here on, requests of the runtime are answered. */
  makeReady(): void {
    this.#isReady = true
    this.#ready.resolve(true)
  }

  /** Ends the connection. The first reason is the one that counts. */
  close(fault: RuntimeFault): void {
    if (this.#fault !== undefined) return
    this.#fault = fault
    this.#options.stream.destroy()
    this.#ready.resolve(false)
    this.#abort.abort()
    for (const { reject } of this.#questions.values()) reject(new RuntimeFaultError(fault))
    this.#questions.clear()
    for (const goOn of this.#waitingForRoom.splice(0)) goOn()
  }

  /** Asks the runtime. An answer that comes too late is ignored. */
  async ask<K extends RuntimeRequestKind>(
    request: Request<K>,
    { deadlineMs, signal }: AskOptions,
  ): Promise<AnswerTo<K>> {
    if (this.#fault !== undefined) throw new RuntimeFaultError(this.#fault)
    if (signal?.aborted) throw unavailable('cancelled', `${request.kind} was cancelled`)
    const id = this.#nextId++
    const isWatched = deadlineOf(request.kind).late === 'abort'
    const { promise, resolve, reject } = Promise.withResolvers<Body | undefined>()
    const late = () => reject(unavailable('overdue', `${request.kind}: no answer in time`))
    const cancel = () => reject(unavailable('cancelled', `${request.kind} was cancelled`))
    const timer = this.#options.timers.after(deadlineMs, late)
    signal?.addEventListener('abort', cancel, { once: true })
    this.#questions.set(id, { isWatched, resolve, reject })
    try {
      const message = { id, messageType: MESSAGE_TYPES.request, body: request as Body }
      void this.#write(encodeForRuntime(message))
      return answerOf(request, await promise)
    } finally {
      this.#forget(id)
      signal?.removeEventListener('abort', cancel)
      timer.cancel()
    }
  }

  #take(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#fault !== undefined) return undefined
    const { id, messageType, body } = decodeMessage(bytes)
    if (messageType !== MESSAGE_TYPES.request) {
      const isAnswer = messageType === MESSAGE_TYPES.response && this.#takeAnswer(id, body)
      if (!isAnswer) this.#countUnasked()
      return undefined
    }
    if (this.#working < REQUESTS_MAX) {
      this.#work(id, body)
      return undefined
    }
    return this.#waitForRoom().then(() => this.#work(id, body))
  }

  /** Was it asked for, even if nobody waits any more? */
  #takeAnswer(id: bigint, body: Body | undefined): boolean {
    const question = this.#questions.get(id)
    this.#questions.delete(id)
    question?.resolve(body)
    return question !== undefined || this.#forgotten.delete(id)
  }

  /** As everybody does, nothing is done about it, as long as it is not all that comes. */
  #countUnasked(): void {
    this.#unasked++
    if (this.#unasked <= UNASKED_MAX) return
    const detail = `${this.#unasked} messages that nobody asked for`
    throw new RuntimeFaultError({ kind: 'flood', detail })
  }

  #forget(id: bigint): void {
    if (!this.#questions.delete(id)) return
    this.#forgotten.add(id)
    if (this.#forgotten.size <= FORGOTTEN_MAX) return
    for (const oldest of this.#forgotten) {
      this.#forgotten.delete(oldest)
      return
    }
  }

  #waitForRoom(): Promise<void> {
    return new Promise((resolve) => this.#waitingForRoom.push(resolve))
  }

  #work(id: bigint, request: Body | undefined): void {
    if (this.#fault !== undefined) return
    this.#working++
    this.#answer(request)
      .then((body) => this.#write(encodeOrTell(id, body)))
      .catch(this.#options.onBug)
      .finally(() => {
        this.#working--
        this.#waitingForRoom.shift()?.()
      })
  }

  async #answer(request: Body | undefined): Promise<Body> {
    try {
      if (!this.#isReady && !(await this.#becomesReady())) throw protocolErrors.notReady()
      return await this.#options.serve(request, this.#abort.signal)
    } catch (error) {
      if (!isTold(error)) throw error
      return errorBody(error)
    }
  }

  async #becomesReady(): Promise<boolean> {
    let timer: Timer | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = this.#options.timers.after(READY_MS, () => resolve(false))
    })
    const isReady = await Promise.race([this.#ready.promise, late])
    timer?.cancel()
    return isReady
  }

  /** Done when the stream has room again: who does not read is not written to for ever. */
  async #write(message: Uint8Array): Promise<void> {
    if (this.#fault !== undefined) return
    this.#options.frames?.written(message.length)
    if (this.#options.stream.write(frameOf(message))) return
    this.#room ??= this.#untilDrained()
    await this.#room
  }

  async #untilDrained(): Promise<void> {
    const { stream } = this.#options
    await new Promise<void>((resolve) => {
      const done = () => {
        stream.off('drain', done).off('close', done)
        resolve()
      }
      stream.on('drain', done).on('close', done)
    })
    this.#room = undefined
  }
}

function answerOf<K extends RuntimeRequestKind>(
  request: Request<K>,
  body: Body | undefined,
): AnswerTo<K> {
  const { kind } = request
  if (body?.kind === 'Error') throw errorOfRuntime(body.body)
  if (body === undefined || !isAnswerTo(kind, body)) {
    throw unavailable('otherAnswer', `${kind} was answered with ${body?.kind ?? 'something new'}`)
  }
  checkCount(request as Body, body)
  return body
}

/** Whoever asked about transactions takes the results in their order. */
function checkCount(request: Body, answer: Body): void {
  if (request.kind !== 'RuntimeCheckTxBatchRequest') return
  if (answer.kind !== 'RuntimeCheckTxBatchResponse') return
  const { length } = request.body.inputs ?? []
  if (answer.body.results.length === length) return
  throw unavailable('otherCount', `${answer.body.results.length} results of ${length} transactions`)
}

function errorBody(error: { readonly message: string }): Body {
  const { module, code } = error instanceof CodedError ? error : { module: 'unknown', code: 1 }
  return { kind: 'Error', body: { module, code, message: error.message } }
}

/** Whoever asked for too much is told so instead. */
function encodeOrTell(id: bigint, body: Body): Uint8Array {
  const message = { id, messageType: MESSAGE_TYPES.response, body }
  try {
    return encodeForRuntime(message)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return encodeForRuntime({ ...message, body: errorBody(error) })
  }
}
