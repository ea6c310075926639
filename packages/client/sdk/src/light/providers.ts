/** The nodes that a light client asks. None of them is believed. */

import { CodedError, isTold, UnavailableError } from '@wadi/base/errors'
import { calls as consensusCalls, engineCalls, streams } from '@wadi/consensus/consensus/api'
import { calls as stateSyncCalls } from '@wadi/consensus-services/application/stateSync'
import type { CallTransport } from '@wadi/grpc/call-transport'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { createTableClient, type TableClient } from '../tableClient.ts'
import { transportDesk } from '../transportDesk.ts'
import { PROVIDER_TIMEOUT_MS } from './limits.ts'

const calls = { ...consensusCalls, ...engineCalls, ...stateSyncCalls } as const

/** What a node is asked, so that what it says can be verified. */
export type Provider = TableClient<typeof calls & typeof streams>['consensus']

/** Asks a node for something, and throws unless it is what was asked for. */
export type VerifiedQuestion<T> = (provider: Provider, options: CallOptions) => Promise<T>

/** What somebody has taken, and who. */
export interface HandedIn<T> {
  readonly by: number
  readonly answer: T
}

/** Whoever has no such call says nothing about what he was given. */
const NO_SUCH_CALL: ReadonlySet<string> = new Set(['consensus.unsupported', 'grpc.unimplemented'])

function isWord(error: Error): boolean {
  return error instanceof CodedError && !NO_SUCH_CALL.has(error.reason)
}

/** See the top of this file. */
export class Providers {
  readonly all: readonly Provider[]
  #last = 0
  readonly #passedOver = new Set<number>()
  readonly #onBad: (provider: number, why: string) => void

  constructor(
    transports: readonly CallTransport[],
    onBad: (provider: number, why: string) => void = () => undefined,
  ) {
    this.all = transports.map((one) => {
      return createTableClient(transportDesk(one), calls, streams).consensus
    })
    this.#onBad = onBad
  }

  /** The one who was good the last time comes first, and who is passed over last. */
  get inOrder(): readonly number[] {
    const numbers = this.all.map((_, number) => number)
    const order = [...numbers.slice(this.#last), ...numbers.slice(0, this.#last)]
    const isGood = (number: number) => !this.#passedOver.has(number)
    return [...order.filter(isGood), ...order.filter((number) => !isGood(number))]
  }

  /** Has a node asked after all others, until it is taken back. */
  passOver(provider: number, why: string): void {
    if (this.#passedOver.has(provider)) return
    this.#passedOver.add(provider)
    this.#onBad(provider, why)
  }

  takeBack(provider: number): void {
    this.#passedOver.delete(provider)
  }

  /** A node gave what is not of the chain. */
  reportBad(provider: number, why: string): void {
    this.#onBad(provider, why)
  }

  /** A node did not do what it should: another one is asked first from now on. */
  turnFrom(provider: number, why: string): void {
    this.#onBad(provider, why)
    const [first, second] = this.inOrder
    if (first === provider && second !== undefined) this.#last = second
  }

  /**
   * Has somebody take something. What one says against it is his own word, so others are asked,
   * too; if all refuse, the first one's word is told.
   */
  async handIn<T>(
    give: (provider: Provider) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<HandedIn<T>> {
    const errors: Error[] = []
    for (const number of this.inOrder) {
      try {
        return { by: number, answer: await give(this.all[number]!) }
      } catch (error) {
        if (!isTold(error)) throw error
        errors.push(error)
        if (signal?.aborted !== true) continue
        this.turnFrom(number, 'has not answered in time')
        break
      }
    }
    throw errors.find(isWord) ?? errors[0]
  }

  /** Asks one after the other until somebody gives what can be verified. */
  async ask<T>(question: VerifiedQuestion<T>): Promise<T> {
    let first: unknown
    for (const number of this.inOrder) {
      try {
        const answer = await question(this.all[number]!, { timeoutMs: PROVIDER_TIMEOUT_MS })
        this.#last = number
        return answer
      } catch (error) {
        if (!isTold(error)) throw error
        first ??= error
        this.#onBad(number, error.message)
      }
    }
    const why = first instanceof Error ? first.message : 'there are no nodes'
    const message = `no node gives what can be verified: ${why}`
    throw new UnavailableError('lightNode.noProvider', message, { cause: first })
  }
}
