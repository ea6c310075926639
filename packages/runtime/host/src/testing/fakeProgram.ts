/** Programs that are no programs: what they say is what a test says. */

import { type Duplex, duplexPair } from 'node:stream'
import { make } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import {
  type Body,
  decodeMessage,
  encodeForHost,
  type ForeignMessage,
  MESSAGE_TYPES,
  type Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import type { LaunchedProgram, Launcher, OutputSink } from '../launcher.ts'

const { runtimeHostProtocol: protocolVersion } = PROTOCOL_VERSIONS

/** What a good runtime of version 0.0.0 answers first. */
export const GOOD_INFO: Body = {
  kind: 'RuntimeInfoResponse',
  body: make(RuntimeInfoResponse, { protocolVersion }),
}

/** What a fake answers to a request of its host; nothing if undefined. */
export type Behave = (request: Body, program: FakeProgram) => Body | undefined

/** Says who it is, and that it lives. */
export const behaveWell: Behave = ({ kind }) => {
  switch (kind) {
    case 'RuntimeInfoRequest':
      return GOOD_INFO
    case 'RuntimeAbortRequest':
      return { kind: 'RuntimeAbortResponse', body: {} }
    case 'RuntimePingRequest':
      return { kind: 'Empty', body: {} }
    default:
      return undefined
  }
}

/** Says who it is, and then nothing more. */
export const behaveSilently: Behave = (request) =>
  request.kind === 'RuntimeInfoRequest' ? GOOD_INFO : undefined

/** See the top of this file. */
export class FakeProgram implements LaunchedProgram {
  readonly stream: Duplex
  readonly ended: Promise<string>
  readonly output: OutputSink
  /** What the host has said, but for what was answered. */
  readonly heard: (Message | ForeignMessage)[] = []
  readonly #far: Duplex
  readonly #ended = Promise.withResolvers<string>()

  constructor(behave: Behave, output: OutputSink = () => undefined) {
    const [near, far] = duplexPair()
    this.stream = near
    this.#far = far
    this.output = output
    this.ended = this.#ended.promise
    far.on('error', () => undefined)
    const reader = new FrameReader()
    far.on('data', (piece: Uint8Array) => {
      for (const bytes of reader.push(piece)) this.#hear(decodeMessage(bytes), behave)
    })
  }

  #hear(message: Message | ForeignMessage, behave: Behave): void {
    const isRequest = message.messageType === MESSAGE_TYPES.request
    const answer = isRequest && message.body !== undefined ? behave(message.body, this) : undefined
    if (answer === undefined) this.heard.push(message)
    else this.answer(message.id, answer)
  }

  ask(id: bigint, body: Body): void {
    this.write(frameOf(encodeForHost({ id, messageType: MESSAGE_TYPES.request, body })))
  }

  answer(id: bigint, body: Body): void {
    this.write(frameOf(encodeForHost({ id, messageType: MESSAGE_TYPES.response, body })))
  }

  write(bytes: Uint8Array): void {
    if (!this.#far.destroyed) this.#far.write(bytes)
  }

  /** Does not read what its host says any more. */
  stopReading(): void {
    this.#far.pause()
  }

  /** Closes its connection, and goes on. */
  hangUp(): void {
    this.#far.end()
  }

  die(how: string): void {
    this.#ended.resolve(how)
  }

  kill(): void {
    this.#ended.resolve('SIGKILL')
  }
}

/** Starts fakes, each of which behaves as is said; the last behaviour is also that of all later. */
export class FakeLauncher implements Launcher {
  readonly kind = 'process'
  readonly programs: FakeProgram[] = []
  /** What would have ended the last start. */
  signal: AbortSignal | undefined
  readonly #behaviours: readonly Behave[]

  constructor(...behaviours: readonly Behave[]) {
    this.#behaviours = behaviours
  }

  async launch(output: OutputSink, signal: AbortSignal): Promise<LaunchedProgram> {
    this.signal = signal
    const behave = this.#behaviours[this.programs.length] ?? this.#behaviours.at(-1) ?? behaveWell
    const program = new FakeProgram(behave, output)
    this.programs.push(program)
    return program
  }

  get last(): FakeProgram {
    return this.programs.at(-1)!
  }
}
