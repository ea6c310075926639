/** The key manager of a runtime: one question after the other. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { Status } from '@wadi/consensus/keymanager'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Conversation } from '@wadi/runtime-keymanager/conversation'
import { unheard } from '@wadi/runtime-keymanager/errors'
import { KeyClient } from '@wadi/runtime-keymanager/keyClient'
import { testTrustedSigners } from '@wadi/runtime-keymanager/policy'
import {
  KEY_MANAGER_UNHEARD,
  type KeyPair,
  type KeyPairName,
  type MissingKeyError,
  type SignedPublicKey,
} from '@wadi/runtime-protocol/enclave-rpc/keys'
import { converse } from './converse.ts'
import type { HostConnection } from './hostConnection.ts'
import { KEY_WAIT_MS } from './limits.ts'
import { type GuestWorld, processWorld } from './processWorld.ts'

/** A key of either form. */
export type Key = KeyPair | SignedPublicKey

/** Waits for its turn, as sessions with key managers want it. */
export class KeyQueue {
  readonly client: KeyClient
  readonly #connection: Pick<HostConnection, 'askAny'>
  readonly #timers: Timers
  #last: Promise<unknown> = Promise.resolve()
  /** Questions that wait or are asked. */
  readonly #open = new Map<string, Promise<Key>>()
  /** How many questions nobody was heard for. */
  #unheardCount = 0
  /** The last question was for nothing, or is taking too long. */
  #isSilent = false

  constructor(
    connection: Pick<HostConnection, 'askAny'>,
    runtimeId: Namespace,
    { clock, random, timers }: GuestWorld = processWorld,
  ) {
    this.#connection = connection
    this.#timers = timers
    // Without an enclave nobody can tell a key manager from another, nor has to.
    this.client = new KeyClient(runtimeId, {
      policy: { trusted: testTrustedSigners, access: 'for everybody' },
      random,
      clock,
    })
  }

  /**
   * Asks for a key that is missing. Who wants one that somebody waits for already gets the same
   * answer: a key manager that refuses is asked for the same again and again, and with a turn for
   * each of them batches would wait longer and longer behind people's questions.
   */
  fetch(missing: MissingKeyError): Promise<Key> {
    return missing.wait === 'briefly' ? this.#fetchBriefly(missing) : this.#question(missing)
  }

  /**
   * Waits for a moment, and not at all while the key manager is silent. The question goes on
   * without whoever asked: its answer is here when the key is wanted again, and ends the silence.
   */
  async #fetchBriefly(missing: MissingKeyError): Promise<Key> {
    const asked = this.#question(missing)
    if (this.#isSilent) throw unheard()
    return await this.#momentFor(asked)
  }

  async #momentFor(asked: Promise<Key>): Promise<Key> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = this.#timers.after(KEY_WAIT_MS, () => {
      this.#isSilent = true
      reject(unheard())
    })
    try {
      return await Promise.race([asked, late])
    } finally {
      timer.cancel()
    }
  }

  #question(missing: MissingKeyError): Promise<Key> {
    const id = keyId(missing.part, missing.keyName)
    const open = this.#open.get(id)
    if (open !== undefined) return open
    const { client } = this
    const { part, keyName } = missing
    const unheardBefore = this.#unheardCount
    const asked = this.#run<Key>(() => {
      // Somebody before was not heard: asking now would take as long, one after the other.
      if (this.#unheardCount !== unheardBefore) throw unheard()
      return this.#listened(
        part === 'key-pair' ? client.keyPair(keyName) : client.publicKey(keyName),
      )
    }).finally(() => this.#open.delete(id))
    this.#open.set(id, asked)
    // Whoever wanted to know may have gone.
    asked.catch(() => undefined)
    return asked
  }

  /** Remembers whether anybody was heard. */
  *#listened(conversation: Conversation<Key>): Conversation<Key> {
    try {
      const key = yield* conversation
      this.#isSilent = false
      return key
    } catch (error) {
      const isUnheard = error instanceof CodedError && error.reason === KEY_MANAGER_UNHEARD
      if (isUnheard) this.#unheardCount++
      this.#isSilent = isUnheard
      throw error
    }
  }

  /** Takes over where the key manager stands. */
  updateStatus(status: Status): Promise<void> {
    return this.#run(() => this.client.updateStatus(status))
  }

  #run<T>(begin: () => Conversation<T>): Promise<T> {
    const turn = this.#last.then(() => converse(this.#connection, begin(), this.#timers))
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** What tells one question for a key from another. */
export function keyId(part: MissingKeyError['part'], name: KeyPairName): string {
  const of = name.kind === 'long-term' ? name.generation : name.epoch
  return `${part}/${name.kind}/${toHex(name.keyPairId)}/${of}`
}
