/** Copies of secrets from the other enclaves of the committee. */

import { CodedError } from '@wadi/base/errors'
import { Secret } from '@wadi/base/secret'
import { encodeRust } from '@wadi/cbor/codec'
import type { Epoch } from '@wadi/primitives/epoch'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { ConsensusView } from './consensusView.ts'
import type { Conversation } from './conversation.ts'
import type { RpcClient } from './enclave-rpc/rpcClient.ts'
import type { MasterSecretCopy, SecretSource } from './initializeSecrets.ts'
import { COMMITTEE_COUNT_MAX } from './limits.ts'
import {
  ReplicateEphemeralSecretRequest,
  ReplicateEphemeralSecretResponse,
  ReplicateMasterSecretRequest,
  ReplicateMasterSecretResponse,
} from './methods.ts'

/** How others are asked. */
export interface ReplicaMeans {
  readonly client: RpcClient
  readonly view: ConsensusView
  readonly nodes: readonly PublicKey[]
}

/** Asks one node after the other, beginning with the one that was asked last. */
export class ReplicaSource implements SecretSource {
  readonly #client: RpcClient
  readonly #view: ConsensusView
  readonly #nodes: readonly PublicKey[]
  #last = 0

  constructor({ client, view, nodes }: ReplicaMeans) {
    this.#client = client
    this.#view = view
    this.#nodes = nodes.slice(0, COMMITTEE_COUNT_MAX)
  }

  *masterSecret<T>(
    generation: bigint,
    take: (copy: MasterSecretCopy) => T | undefined,
  ): Conversation<T | undefined> {
    for (const node of this.#inTurn()) {
      const copy = yield* attempt(this.#masterSecretOf(node, generation))
      const taken = copy && take(copy)
      if (taken !== undefined) return taken
    }
    return undefined
  }

  *ephemeralSecret(
    epoch: Epoch,
    take: (secret: Secret<Uint8Array>) => boolean,
  ): Conversation<Secret<Uint8Array> | undefined> {
    for (const node of this.#inTurn()) {
      const secret = yield* attempt(this.#ephemeralSecretOf(node, epoch))
      if (secret !== undefined && take(secret)) return secret
    }
    return undefined
  }

  *#inTurn(): Generator<PublicKey> {
    const start = this.#last
    for (let count = 0; count < this.#nodes.length; count++) {
      this.#last = (start + count) % this.#nodes.length
      yield this.#nodes[this.#last]!
    }
  }

  *#masterSecretOf(node: PublicKey, generation: bigint): Conversation<MasterSecretCopy> {
    const height = yield* this.#view.latestHeight()
    const { masterSecret, checksum } = yield* this.#client.call({
      kind: 'session',
      method: 'replicate_master_secret',
      args: encodeRust(ReplicateMasterSecretRequest, { height, generation }),
      result: ReplicateMasterSecretResponse,
      nodes: [node],
    })
    return { secret: new Secret(masterSecret), lastChecksum: checksum }
  }

  *#ephemeralSecretOf(node: PublicKey, epoch: Epoch): Conversation<Secret<Uint8Array>> {
    const height = yield* this.#view.latestHeight()
    const { ephemeralSecret } = yield* this.#client.call({
      kind: 'session',
      method: 'replicate_ephemeral_secret',
      args: encodeRust(ReplicateEphemeralSecretRequest, { height, epoch }),
      result: ReplicateEphemeralSecretResponse,
      nodes: [node],
    })
    return new Secret(ephemeralSecret)
  }
}

/** What came of it; undefined if it was refused, for whichever reason. */
function* attempt<T>(work: Conversation<T>): Conversation<T | undefined> {
  try {
    return yield* work
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return undefined
  }
}
