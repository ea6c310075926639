/** A key manager's enclave: everything that its methods work with. */

import { refuseQuotes } from '@wadi/attestation/contract'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { RandomSource } from '@wadi/base/random'
import { x25519 as plainX25519, type X25519 } from '@wadi/crypto/x25519/x25519'
import type { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { ConsensusView } from './consensusView.ts'
import { RpcClient } from './enclave-rpc/rpcClient.ts'
import type { SessionRules } from './enclave-rpc/session.ts'
import type { Identity } from './identity.ts'
import { Policy, type PolicyRules } from './policy.ts'
import { ReplicaSource } from './replicaSource.ts'
import { SecretStore } from './secretStore.ts'

/** The one endpoint that hosts know. */
export const KEY_MANAGER_ENDPOINT = 'key-manager'

/** What an enclave is made of. */
export interface EnclaveOptions {
  readonly identity: Identity
  readonly policy: Omit<PolicyRules, 'enclave'>
  readonly random: RandomSource
  readonly clock: Clock
  /**
   * Whoever runs in a process has a native one.
   * PERF: with it whoever floods an enclave with sessions takes 0.16 of its time for each.
   */
  readonly x25519?: X25519
}

/** What the sessions of an enclave without evidence have in common; with the named ones only. */
export function sessionRules(
  { random, clock, x25519 = plainX25519 }: Pick<EnclaveOptions, 'random' | 'clock' | 'x25519'>,
  enclaves: readonly EnclaveIdentity[] | undefined,
): SessionRules {
  const now = () => {
    const ms = BigInt(clock.unixMs())
    return { seconds: ms / 1_000n, nanoseconds: Number(ms % 1_000n) * 1_000_000 }
  }
  const demands = { enclaves, policy: undefined, verifyQuote: refuseQuotes, now }
  return { x25519, random, demands, bind: () => EMPTY_BYTES }
}

/** Seconds for sessions: only differences mean anything. */
export function secondsOf(clock: Clock): () => number {
  return () => Math.floor(clock.monotonicMs() / 1_000)
}

/** The key manager with an identifier, on one node. */
export class Enclave {
  readonly id: Namespace
  readonly identity: Identity
  readonly random: RandomSource
  readonly policy: Policy
  readonly store: SecretStore
  readonly view = new ConsensusView()
  readonly #options: EnclaveOptions
  /** Each client's requests have numbers of their own. */
  #nextClientId: number

  constructor(id: Namespace, options: EnclaveOptions) {
    const { identity, random } = options
    this.id = id
    this.identity = identity
    this.random = random
    this.policy = new Policy({ ...options.policy, enclave: identity.enclave })
    this.store = new SecretStore(identity, random)
    this.#options = options
    this.#nextClientId = new DataView(random.bytes(4).buffer).getUint32(0)
  }

  /** A way to the other enclaves of the committee, for copies of secrets. */
  openSource(nodes: readonly PublicKey[]): ReplicaSource {
    const clientId = this.#nextClientId
    this.#nextClientId = (clientId + 1) >>> 0
    const rules = sessionRules(this.#options, this.policy.sources)
    const now = secondsOf(this.#options.clock)
    const client = new RpcClient({ rules, now, endpoint: KEY_MANAGER_ENDPOINT, clientId })
    return new ReplicaSource({ client, view: this.view, nodes })
  }
}
