/** The nodes that a light client asks. None of them is believed. */

import { isTold, UnavailableError } from '@wadi/base/errors'
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

/** See the top of this file. */
export class Providers {
  readonly all: readonly Provider[]
  #last = 0
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

  /** The one who was good the last time comes first. */
  #inOrder(): readonly number[] {
    const numbers = this.all.map((_, number) => number)
    return [...numbers.slice(this.#last), ...numbers.slice(0, this.#last)]
  }

  /** A node gave what is not of the chain. */
  reportBad(provider: number, why: string): void {
    this.#onBad(provider, why)
  }

  /** Asks one after the other until somebody gives what can be verified. */
  async ask<T>(question: VerifiedQuestion<T>): Promise<T> {
    let first: unknown
    for (const number of this.#inOrder()) {
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
