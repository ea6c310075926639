/** The key manager of a runtime: one question after the other. */

import { toHex } from '@wadi/base/bytes'
import type { Status } from '@wadi/consensus/keymanager'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Conversation } from '@wadi/runtime-keymanager/conversation'
import { KeyClient } from '@wadi/runtime-keymanager/keyClient'
import { testTrustedSigners } from '@wadi/runtime-keymanager/policy'
import type {
  KeyPair,
  KeyPairName,
  MissingKeyError,
  SignedPublicKey,
} from '@wadi/runtime-protocol/enclave-rpc/keys'
import { converse } from './converse.ts'
import type { HostConnection } from './hostConnection.ts'
import { processClock, processRandom } from './processWorld.ts'

/** A key of either form. */
export type Key = KeyPair | SignedPublicKey

/** Waits for its turn, as sessions with key managers want it. */
export class KeyQueue {
  readonly client: KeyClient
  readonly #connection: Pick<HostConnection, 'askAny'>
  #last: Promise<unknown> = Promise.resolve()
  /** Questions that wait or are asked. */
  readonly #open = new Map<string, Promise<Key>>()

  constructor(connection: Pick<HostConnection, 'askAny'>, runtimeId: Namespace) {
    this.#connection = connection
    // Without an enclave nobody can tell a key manager from another, nor has to.
    this.client = new KeyClient(runtimeId, {
      policy: { trusted: testTrustedSigners, access: 'for everybody' },
      random: processRandom,
      clock: processClock,
    })
  }

  /**
   * Asks for a key that is missing. Who wants one that somebody waits for already gets the same
   * answer: a key manager that refuses is asked for the same again and again, and with a turn for
   * each of them batches would wait longer and longer behind people's questions.
   */
  fetch(missing: MissingKeyError): Promise<Key> {
    const id = keyId(missing.part, missing.keyName)
    const open = this.#open.get(id)
    if (open !== undefined) return open
    const { client } = this
    const { part, keyName } = missing
    const asked = this.#run<Key>(() =>
      part === 'key-pair' ? client.keyPair(keyName) : client.publicKey(keyName),
    ).finally(() => this.#open.delete(id))
    this.#open.set(id, asked)
    return asked
  }

  /** Takes over where the key manager stands. */
  updateStatus(status: Status): Promise<void> {
    return this.#run(() => this.client.updateStatus(status))
  }

  #run<T>(begin: () => Conversation<T>): Promise<T> {
    const turn = this.#last.then(() => converse(this.#connection, begin()))
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** What tells one question for a key from another. */
export function keyId(part: MissingKeyError['part'], name: KeyPairName): string {
  const of = name.kind === 'long-term' ? name.generation : name.epoch
  return `${part}/${name.kind}/${toHex(name.keyPairId)}/${of}`
}
