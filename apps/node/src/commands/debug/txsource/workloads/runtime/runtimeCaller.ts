/**
 * Calls the key-value runtime, and knows of each call what became of it: also when the node was
 * killed in between, when a round says so.
 */

import { equalBytes, toUtf8 } from '@wadi/base/bytes'
import { CodedError, isTold } from '@wadi/base/errors'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { Call, CallOutput } from '@wadi/paratime-keyvalue/call'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import type { NodeClient } from '@wadi/sdk/node-client'
import { errors } from '../../errors.ts'
import { pause, type WaitingWorld } from '../../patientTransport.ts'

/** COMPAT(oasis-core): so long a runtime may take for a call. */
const PATIENCE_MS = 240_000
/** After that one looks whether the node forgot the call. */
const SUBMIT_MS_MAX = 60_000
const RETRY_MS = 200
const LAST_ROUND = 2n ** 64n - 1n
const FIRST_NONCE = 0n

/** A call that a round has. */
export interface Executed {
  readonly hash: Hash
  readonly round: bigint
  /** Encoded; empty stands for null. */
  readonly result: Uint8Array
}

/** What a caller is made of. */
export interface RuntimeCallerOptions {
  readonly client: NodeClient
  readonly runtimeId: Namespace
  readonly waiting: WaitingWorld
}

/** A call as the runtime reads it. Nobody signs, so that each sender calls once. */
export function encodeCall(sender: string, method: string, args: Uint8Array): Uint8Array {
  return encodeRust(Call, { sender: toUtf8(sender), nonce: FIRST_NONCE, method, args })
}

/** See the top of this file. */
export class RuntimeCaller {
  readonly #options: RuntimeCallerOptions

  constructor(options: RuntimeCallerOptions) {
    this.#options = options
  }

  /** Waits until the runtime has a committee. */
  async ready(): Promise<void> {
    const { client, runtimeId, waiting } = this.#options
    const end = waiting.clock.monotonicMs() + PATIENCE_MS
    for (;;) {
      const state = await client.rootHash.getRuntimeState({ runtimeId, height: 0n })
      if (state.committee !== undefined) return
      if (waiting.clock.monotonicMs() > end)
        throw errors.notPossible('the runtime has had no committee for minutes')
      await pause(waiting, RETRY_MS)
    }
  }

  /** The last round that the node has. */
  async lastRound(): Promise<bigint> {
    const { client, runtimeId } = this.#options
    return (await client.runtimeClient.getBlock({ runtimeId, round: LAST_ROUND })).header.round
  }

  /** Calls, and gives what a round says of it; why it failed is thrown. */
  async call(data: Uint8Array): Promise<Executed> {
    const { client, runtimeId, waiting } = this.#options
    const from = await this.lastRound()
    const end = waiting.clock.monotonicMs() + PATIENCE_MS
    for (;;) {
      let refusal: unknown
      try {
        const patience = { timeoutMs: SUBMIT_MS_MAX, whenAway: 'wait' } as const
        const answer = await client.runtimeClient.submitTxMeta({ runtimeId, data }, patience)
        const { checkTxError: error } = answer
        if (error === undefined) return executed(data, answer.round, answer.data)
        refusal = new CodedError(error.module, error.code, 'txsource.refused', error.message)
      } catch (error) {
        if (!isTold(error)) throw error
        refusal = error
      }
      const found = await this.#find(data, from)
      if (found !== undefined) return found
      if (waiting.clock.monotonicMs() > end) throw refusal
      await pause(waiting, RETRY_MS)
    }
  }

  /** What a call of the runtime told in its round. */
  async eventsOf({
    hash,
    round,
  }: Executed): Promise<readonly (readonly [Uint8Array, Uint8Array])[]> {
    const { client, runtimeId } = this.#options
    const events = await client.runtimeClient.getEvents({ runtimeId, round })
    return events
      .filter(({ txHash }) => equalBytes(txHash, hash))
      .map(({ key, value }) => [key, value] as const)
  }

  /** Asks the state of a round, once the node has that: blocks tell of it a moment earlier. */
  async query(round: bigint, method: string, args: Uint8Array): Promise<Uint8Array> {
    const { client, runtimeId, waiting } = this.#options
    const end = waiting.clock.monotonicMs() + PATIENCE_MS
    while ((await this.lastRound()) < round) {
      if (waiting.clock.monotonicMs() > end) throw errors.noAnswer(`round ${round} does not come`)
      await pause(waiting, RETRY_MS)
    }
    const question = { runtimeId, component: undefined, round, method, args }
    return (await client.runtimeClient.query(question)).data
  }

  async #find(data: Uint8Array, from: bigint): Promise<Executed | undefined> {
    const { client, runtimeId } = this.#options
    const last = await this.lastRound()
    for (let round = from; round <= last; round++) {
      const all = await client.runtimeClient.getTransactionsWithResults({ runtimeId, round })
      const found = all.find(({ tx }) => equalBytes(tx, data))
      if (found?.result !== undefined) return executed(data, round, found.result)
    }
    return undefined
  }
}

function executed(data: Uint8Array, round: bigint, encoded: Uint8Array): Executed {
  const output = decodeRust(CallOutput, encoded)
  if (output.kind === 'Error') throw errors.contradiction(`a call failed: ${output.body}`)
  return { hash: hashOfBytes(data), round, result: output.body }
}
