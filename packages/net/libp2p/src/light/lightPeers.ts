/** Asks other nodes about light blocks: several providers, each a different peer at any time. */

import { decode, encode } from '@wadi/cbor/codec'
import type { EvidenceOffer, ParametersAnswer } from '@wadi/consensus/consensus/api'
import type { LightBlock, Validators } from '@wadi/consensus/consensus/block'
import type { Asking, Feedback, Outcome, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { PeerMethod } from '@wadi/runtime-protocol/peers/methods'
import { errors } from '../errors.ts'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'
import { PEERS_MAX } from '../limits.ts'
import { LIGHT_SERVICE, protocolOf } from '../names.ts'
import { LIGHT_METHODS } from './lightMethods.ts'

/** Told once. What it brings is not verified. */
type Done<T> = (outcome: Outcome<T>) => void

/** One peer that is asked, until it is gone or another one is chosen. */
export interface LightPeer {
  /** Who it is now, if there is anybody. */
  readonly peer: PublicKey | undefined
  /** The next question goes to another one, if there is any. */
  change(): void
  lightBlock(height: bigint, done: Done<LightBlock>): Asking
  validators(height: bigint, done: Done<Validators>): Asking
  parameters(height: bigint, done: Done<ParametersAnswer>): Asking
  submitEvidence(evidence: EvidenceOffer, done: Done<void>): Asking
}

/** See the top of this file. */
export class LightPeers {
  readonly #network: Pick<RuntimeNetwork, 'ask' | 'peersOf' | 'want'>
  readonly #protocol: string
  /** Who is asked by one of the providers. */
  readonly #taken = new Set<KeyText>()
  /** Who was given up, the last one at the end: all others have their turn before it has again. */
  readonly #givenUp = new Set<KeyText>()

  constructor(network: Pick<RuntimeNetwork, 'ask' | 'peersOf' | 'want'>, chainContext: string) {
    this.#network = network
    this.#protocol = protocolOf(chainContext, LIGHT_SERVICE)
    network.want(this.#protocol, LIGHT_SERVICE.wanted)
  }

  /** One more provider. */
  create(): LightPeer {
    const state: Chosen = { peer: undefined }
    const ofHeight =
      <T extends { readonly height: bigint }>(method: PeerMethod<bigint, T>) =>
      (height: bigint, done: Done<T>) =>
        this.#ask(state, {
          name: method.name,
          body: encode(method.request, height),
          read: (body, feedback) => readAt(method, height, body, feedback),
          done,
        })
    const { submitEvidence } = LIGHT_METHODS
    return {
      get peer() {
        return state.peer
      },
      change: () => this.#drop(state),
      lightBlock: ofHeight(LIGHT_METHODS.lightBlock),
      validators: ofHeight(LIGHT_METHODS.validators),
      parameters: ofHeight(LIGHT_METHODS.parameters),
      submitEvidence: (evidence, done) =>
        this.#ask(state, {
          name: submitEvidence.name,
          body: encode(submitEvidence.request, evidence),
          read: () => undefined,
          done,
        }),
    }
  }

  #ask<T>(state: Chosen, { name, body, read, done }: LightQuestion<T>): Asking {
    this.#choose(state)
    // Without a peer there is nobody to ask, which the network says at the right time.
    const peers = state.peer === undefined ? NOBODY : [state.peer]
    const question = { protocol: this.#protocol, method: name, body, read, peers }
    return this.#network.ask(question, done)
  }

  #choose(state: Chosen): void {
    const here = this.#network.peersOf(this.#protocol)
    const isHere = (key: PublicKey) => here.some((peer) => keyTextOf(peer) === keyTextOf(key))
    if (state.peer !== undefined && isHere(state.peer)) return
    if (state.peer !== undefined) this.#drop(state)
    const free = here.filter((peer) => !this.#taken.has(keyTextOf(peer)))
    const others = free.filter((peer) => !this.#givenUp.has(keyTextOf(peer)))
    state.peer = others[0] ?? this.#longestGivenUp(free)
    if (state.peer !== undefined) this.#taken.add(keyTextOf(state.peer))
  }

  #drop(state: Chosen): void {
    if (state.peer === undefined) return
    const key = keyTextOf(state.peer)
    this.#taken.delete(key)
    this.#givenUp.delete(key)
    this.#givenUp.add(key)
    for (const oldest of this.#givenUp) {
      if (this.#givenUp.size <= PEERS_MAX) break
      this.#givenUp.delete(oldest)
    }
    state.peer = undefined
  }

  #longestGivenUp(free: readonly PublicKey[]): PublicKey | undefined {
    for (const key of this.#givenUp) {
      const found = free.find((peer) => keyTextOf(peer) === key)
      if (found !== undefined) return found
    }
    return undefined
  }
}

const NOBODY: readonly PublicKey[] = []

interface Chosen {
  peer: PublicKey | undefined
}

interface LightQuestion<T> {
  readonly name: string
  readonly body: Uint8Array
  readonly read: (body: Uint8Array, feedback: Feedback) => T
  readonly done: Done<T>
}

/** An answer about another height than was asked for is a lie, as is one that is none. */
function readAt<T extends { readonly height: bigint }>(
  { response }: PeerMethod<bigint, T>,
  height: bigint,
  body: Uint8Array,
  feedback: Feedback,
): T {
  const answer = decode(response, body)
  const isAsked = height === 0n ? answer.height > 0n : answer.height === height
  if (!isAsked) {
    feedback.misbehaved()
    throw errors.wrongHeight(`${answer.height} instead of ${height}`)
  }
  return answer
}
