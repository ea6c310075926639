/** A runtime's way to its key manager, and the keys that it was given. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encodeRust } from '@wadi/cbor/codec'
import type { SignedPolicySgx, Status } from '@wadi/consensus/keymanager'
import { type EnclaveIdentity, printEnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { KeyPair, type KeyPairName, SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { epochOf, runtimeOf } from './consensusReads.ts'
import { ConsensusView } from './consensusView.ts'
import { type Conversation, pause } from './conversation.ts'
import { type EnclaveOptions, KEY_MANAGER_ENDPOINT, secondsOf, sessionRules } from './enclave.ts'
import { type Call, RpcClient } from './enclave-rpc/rpcClient.ts'
import { errors, notReady, refusal, weightOf } from './errors.ts'
import { CLIENT_KEY_COUNT_MAX, REFUSED_PAUSES_MS } from './limits.ts'
import { EphemeralKeyRequest, LongTermKeyRequest } from './methods.ts'
import { checkSigners, presentPolicy } from './policy.ts'
import { verifiedStatus } from './presentStatus.ts'
import { RecentMap } from './recentMap.ts'
import { checkPublicKey } from './signedPublicKey.ts'

/** What a client is made of. */
export type KeyClientOptions = Omit<EnclaveOptions, 'identity'>

/** One call at a time: whoever has several lets them wait for each other. */
export class KeyClient {
  readonly view = new ConsensusView()
  readonly #runtimeId: Namespace
  readonly #options: KeyClientOptions
  readonly #rpc: RpcClient
  readonly #longTermPairs = new RecentMap<KeyPair>(CLIENT_KEY_COUNT_MAX)
  readonly #ephemeralPairs = new RecentMap<KeyPair>(CLIENT_KEY_COUNT_MAX)
  readonly #longTermKeys = new RecentMap<SignedPublicKey>(CLIENT_KEY_COUNT_MAX)
  readonly #ephemeralKeys = new RecentMap<SignedPublicKey>(CLIENT_KEY_COUNT_MAX)
  #keyManagerId: Namespace | undefined
  #rsk: PublicKey | undefined
  #nodes: readonly PublicKey[] = []
  /** Undefined stands for everybody. */
  #enclaves: readonly EnclaveIdentity[] | undefined

  constructor(runtimeId: Namespace, options: KeyClientOptions) {
    const { clock, random, policy } = options
    this.#runtimeId = runtimeId
    this.#options = options
    // Before there is a policy nobody is known to be the key manager.
    this.#enclaves = policy.access === 'by policy' ? [] : undefined
    this.#rpc = new RpcClient({
      rules: sessionRules(options, this.#enclaves),
      now: secondsOf(clock),
      endpoint: KEY_MANAGER_ENDPOINT,
      clientId: new DataView(random.bytes(4).buffer).getUint32(0),
    })
  }

  /** Takes over where the key manager stands, if the consensus layer says so too. */
  *updateStatus(untrusted: Status): Conversation<void> {
    const runtimeId = this.#runtimeId
    const runtime = yield* this.view.readLatest((state) => runtimeOf(state, runtimeId))
    if (runtime === undefined) throw errors.noRuntimeDescriptor()
    if (runtime.keyManager === undefined) throw errors.noKeyManager()
    const status = yield* verifiedStatus(this.view, runtime.keyManager, untrusted)
    yield* this.#setStatus(status)
  }

  *#setStatus({ id, rsk, policy, nodes = [] }: Status): Conversation<void> {
    if (rsk !== undefined) this.#rsk = rsk
    this.#nodes = nodes
    const isOther = this.#keyManagerId === undefined || !equalBytes(this.#keyManagerId, id)
    this.#keyManagerId = id
    const enclaves = this.#enclavesOf(policy)
    if (!isOther && areSame(enclaves, this.#enclaves)) return
    this.#enclaves = enclaves
    yield* this.#rpc.setRules(sessionRules(this.#options, enclaves))
  }

  /** Whom to believe from here on: whom the policy names, and without one whom it was before. */
  #enclavesOf(policy: SignedPolicySgx | undefined): readonly EnclaveIdentity[] | undefined {
    if (policy === undefined) return this.#enclaves
    const { trusted, access } = this.#options.policy
    const present = presentPolicy(policy)
    checkSigners(trusted, present)
    return access === 'for everybody' ? undefined : [...(present.policy.enclaves?.keys() ?? [])]
  }

  /** A pair that is here already. */
  knownPair(name: KeyPairName): KeyPair | undefined {
    return this.#pairs(name).get(idOf(name))
  }

  /** A pair of the runtime's. */
  *keyPair(name: KeyPairName): Conversation<KeyPair> {
    const known = this.knownPair(name)
    if (known !== undefined) return known
    const args = yield* this.#argsOf(name)
    const method = name.kind === 'long-term' ? 'get_or_create_keys' : 'get_or_create_ephemeral_keys'
    const pair = yield* this.#ask({ kind: 'session', method, args, result: KeyPair })
    this.#pairs(name).set(idOf(name), pair)
    return pair
  }

  /** A public key of the runtime's, which the key manager has signed. */
  *publicKey(name: KeyPairName): Conversation<SignedPublicKey> {
    const now = name.kind === 'long-term' ? undefined : yield* this.view.readLatest(epochOf)
    const keys = name.kind === 'long-term' ? this.#longTermKeys : this.#ephemeralKeys
    const id = idOf(name)
    const known = keys.get(id)
    if (known !== undefined && this.#isGood(known, name, now)) return known
    keys.delete(id)
    const args = yield* this.#argsOf(name)
    const method = name.kind === 'long-term' ? 'get_public_key' : 'get_public_ephemeral_key'
    const key = yield* this.#ask({ kind: 'insecure', method, args, result: SignedPublicKey })
    this.#check(key, name, now)
    keys.set(id, key)
    return key
  }

  /**
   * Asks anybody. What is refused for a state that may pass is asked again, of one node of the
   * committee after the other: a replica that has just started lacks what the others have, and
   * whoever took its word would come to another result than those who asked somebody else.
   */
  *#ask<T>(question: Omit<Call<T>, 'nodes'>): Conversation<T> {
    let passing: CodedError | undefined
    for (let count = 0; ; count++) {
      try {
        return yield* this.#rpc.call({ ...question, nodes: this.#nodesOfTry(count) })
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        const weight = weightOf(error)
        if (weight === 'final') throw error
        if (weight === 'passing') passing = error
        const milliseconds = REFUSED_PAUSES_MS[count]
        if (milliseconds === undefined) throw passing === undefined ? error : notReady(passing)
        yield* pause(milliseconds)
      }
    }
  }

  /** At first anybody, then each in turn, as far as anything is known of them. */
  #nodesOfTry(count: number): readonly PublicKey[] {
    const node = this.#nodes[(count - 1) % this.#nodes.length]
    return count === 0 || node === undefined ? [] : [node]
  }

  *#argsOf(name: KeyPairName): Conversation<Uint8Array> {
    const height = yield* this.view.latestHeight()
    const owner = { height, runtimeId: this.#runtimeId, keyPairId: name.keyPairId }
    return name.kind === 'long-term'
      ? encodeRust(LongTermKeyRequest, { ...owner, generation: name.generation })
      : encodeRust(EphemeralKeyRequest, { ...owner, epoch: name.epoch })
  }

  #pairs({ kind }: KeyPairName): RecentMap<KeyPair> {
    return kind === 'long-term' ? this.#longTermPairs : this.#ephemeralPairs
  }

  #check(key: SignedPublicKey, name: KeyPairName, now: Epoch | undefined): void {
    if (this.#rsk === undefined) throw errors.rskMissing()
    const epoch = name.kind === 'long-term' ? undefined : name.epoch
    const owner = { runtimeId: this.#runtimeId, keyPairId: name.keyPairId, epoch }
    try {
      checkPublicKey(key, owner, { rsk: this.#rsk, now })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw refusal('invalidSignature', `signature verification failed: ${error.message}`)
    }
  }

  #isGood(key: SignedPublicKey, name: KeyPairName, now: Epoch | undefined): boolean {
    try {
      this.#check(key, name, now)
      return true
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return false
    }
  }
}

function idOf(name: KeyPairName): string {
  return `${toHex(name.keyPairId)}/${name.kind === 'long-term' ? name.generation : name.epoch}`
}

function areSame(
  a: readonly EnclaveIdentity[] | undefined,
  b: readonly EnclaveIdentity[] | undefined,
): boolean {
  return a?.map(printEnclaveIdentity).join() === b?.map(printEnclaveIdentity).join()
}
