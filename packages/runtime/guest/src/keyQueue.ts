/** The key manager of a runtime: one question after the other. */

import type { Status } from '@wadi/consensus/keymanager'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Conversation } from '@wadi/runtime-keymanager/conversation'
import { KeyClient } from '@wadi/runtime-keymanager/keyClient'
import { testTrustedSigners } from '@wadi/runtime-keymanager/policy'
import type {
  KeyPair,
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

  constructor(connection: Pick<HostConnection, 'askAny'>, runtimeId: Namespace) {
    this.#connection = connection
    // Without an enclave nobody can tell a key manager from another, nor has to.
    this.client = new KeyClient(runtimeId, {
      policy: { trusted: testTrustedSigners, access: 'for everybody' },
      random: processRandom,
      clock: processClock,
    })
  }

  /** Asks for a key that is missing. */
  fetch({ part, keyName }: MissingKeyError): Promise<Key> {
    const { client } = this
    return this.#run<Key>(() =>
      part === 'key-pair' ? client.keyPair(keyName) : client.publicKey(keyName),
    )
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
