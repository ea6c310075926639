/** A key manager of this process as a hosted runtime: a program without frames. */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { make } from '@wadi/cbor/codec'
import type { HostedRuntime, RuntimeEvent, RuntimeRequestKind } from '@wadi/contracts/runtime-host'
import type { RuntimeServices } from '@wadi/contracts/runtime-services'
import type { Namespace } from '@wadi/primitives/namespace'
import { answerRequest } from '@wadi/runtime-host/answer-request'
import type { Conversation, Need } from '@wadi/runtime-keymanager/conversation'
import type { KeyServer } from '@wadi/runtime-keymanager/keyServer'
import type { AnswerTo } from '@wadi/runtime-protocol/host-protocol/answers'
import { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'

/** What such a runtime is made of. */
export interface KeyServerHostOptions {
  readonly id: Namespace
  /** A program as it begins, each time. */
  readonly begin: () => KeyServer
  readonly services: RuntimeServices
  readonly timers: Timers
}

const VERSION = { major: 0, minor: 0, patch: 0 }
const NOBODY = new AbortController().signal

/** Runs a conversation with a host. */
export async function converseWith<T>(
  { services, timers }: Pick<KeyServerHostOptions, 'services' | 'timers'>,
  conversation: Conversation<T>,
): Promise<T> {
  let step = conversation.next()
  while (!step.done) step = conversation.next(await give(services, timers, step.value))
  return step.value
}

async function give(
  services: RuntimeServices,
  timers: Timers,
  need: Need,
): Promise<Body | undefined> {
  if (need.kind === 'pause') {
    await new Promise<void>((resolve) => void timers.after(need.milliseconds, resolve))
    return undefined
  }
  try {
    return await answerRequest(services, need.request, NOBODY)
  } catch (error) {
    if (error instanceof CodedError) {
      const { module, code, message } = error
      return { kind: 'Error', body: { module, code, message } }
    }
    if (!(error instanceof UnavailableError)) throw error
    return { kind: 'Error', body: { module: 'unknown', code: 1, message: error.message } }
  }
}

/** See the top of this file. */
export class KeyServerHost implements HostedRuntime {
  readonly id: Namespace
  readonly version = VERSION
  readonly capabilityTee = undefined
  readonly #options: KeyServerHostOptions
  readonly #listeners = new Set<(event: RuntimeEvent) => void>()
  /** Undefined while it does not run. */
  server: KeyServer | undefined

  constructor(options: KeyServerHostOptions) {
    this.#options = options
    this.id = options.id
  }

  get info(): RuntimeInfoResponse | undefined {
    return this.server && make(RuntimeInfoResponse, {})
  }

  /** Begins, with nothing but what it has put on its node. */
  start(): void {
    this.server = this.#options.begin()
    this.#tell({ kind: 'started', info: make(RuntimeInfoResponse, {}) })
  }

  async stop(): Promise<void> {
    this.server = undefined
    this.#tell({ kind: 'stopped', fault: undefined, retryMs: undefined })
  }

  async call<K extends RuntimeRequestKind>(request: Request<K>): Promise<AnswerTo<K>> {
    const answer = await this.#answer(request as Body)
    if (answer.kind === 'Error') {
      const { module, code, message } = answer.body
      throw new CodedError(module, code, 'test.refused', message)
    }
    return answer as AnswerTo<K>
  }

  async abort(): Promise<void> {}

  watch(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async #answer(request: Body): Promise<Body> {
    const { server } = this
    if (server === undefined) throw new UnavailableError('test.down', 'the program does not run')
    switch (request.kind) {
      case 'RuntimeRPCCallRequest':
      case 'RuntimeLocalRPCCallRequest':
        return await converseWith(this.#options, server.serve(request))
      case 'RuntimeConsensusSyncRequest':
        await converseWith(this.#options, server.enclave.view.sync(request.body.height))
        return { kind: 'RuntimeConsensusSyncResponse', body: {} }
      default:
        throw new UnavailableError('test.unknown', `it does not know ${request.kind}`)
    }
  }

  #tell(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
