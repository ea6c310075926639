/** Light blocks out of the network of runtimes, for whoever verifies them. */

import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Asking, Outcome, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import { type LightPeer, LightPeers } from '@wadi/libp2p/light-peers'
import { LIGHT_SERVICE, protocolOf } from '@wadi/libp2p/names'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import type { LightAnswer } from '@wadi/tendermint/light/lightTask'
import { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import {
  LIGHT_LAG_MS_MAX,
  LIGHT_PEER_LOOK_MS,
  LIGHT_PEER_LOOKS_MAX,
  LIGHT_PEERS,
} from '../limits.ts'

const MS_PER_SECOND = 1000

/** What asking peers needs. */
export interface PeerLightBlocksOptions {
  readonly network: Pick<RuntimeNetwork, 'ask' | 'peersOf' | 'want'>
  readonly chainContext: string
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Logger
}

/** A question to a peer, and what its answer is of the chain of CometBFT. */
interface Question<T> {
  readonly ask: (done: (outcome: Outcome<{ readonly meta: Uint8Array }>) => void) => Asking
  readonly schema: Schema<T>
}

/** What a peer says: something, that it has not that, or nothing. */
type Said<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'refused' }
  | { readonly kind: 'silent' }

/** See the top of this file. */
export class PeerLightBlocks {
  /** The first is asked, the others are witnesses; each is somebody else, if there are so many. */
  readonly providers: readonly LightBlockProvider[]
  readonly #options: PeerLightBlocksOptions
  readonly #protocol: string
  readonly #peers: readonly LightPeer[]
  readonly #waiting = new Set<Timer>()
  /** Nobody came while somebody waited. */
  #isAlone = false
  #isStopped = false

  constructor(options: PeerLightBlocksOptions) {
    const { network, chainContext } = options
    this.#options = options
    this.#protocol = protocolOf(chainContext, LIGHT_SERVICE)
    const peers = new LightPeers(network, chainContext)
    this.#peers = Array.from({ length: LIGHT_PEERS }, () => peers.create())
    this.providers = this.#peers.map((peer, i) => this.#providerOf(peer, `peer ${i}`))
  }

  /** Who is asked at the time. */
  get asked(): readonly PublicKey[] {
    return this.#peers.flatMap(({ peer }) => peer ?? [])
  }

  /** Nobody is looked for any more. */
  stop(): void {
    this.#isStopped = true
    for (const timer of this.#waiting) timer.cancel()
  }

  #providerOf(peer: LightPeer, name: string): LightBlockProvider {
    return {
      name,
      isReplaced: true,
      fetchLightBlock: (height, answer) => void this.#lightBlock(peer, height).then(answer),
      fetchParams: (height, answer) => void this.#params(peer, height).then(answer),
      reportEvidence: (value) => {
        const meta = encode(Evidence, { kind: 'light-client-attack', body: value })
        peer.submitEvidence({ meta }, () => undefined)
      },
      reportBad: (why) => {
        this.#options.log.warn('a peer gave what is not of the chain', { peer: peer.peer, why })
        peer.change()
      },
    }
  }

  async #lightBlock(peer: LightPeer, height: bigint): Promise<LightAnswer> {
    const blockAt = (at: bigint) =>
      this.#say(peer, { ask: (done) => peer.lightBlock(at, done), schema: LightBlock })
    const said = await blockAt(height)
    if (said.kind === 'found') return { kind: 'found', block: said.value }
    if (said.kind === 'silent' || height === 0n) return { kind: 'missing' }
    const latest = await blockAt(0n)
    if (latest.kind === 'found' && this.#isComing(latest.value, height)) return { kind: 'too-high' }
    // Somebody else may still have it, or have it already.
    peer.change()
    return { kind: 'missing' }
  }

  /** Will a peer with that last block soon have the other one? Else it would be waited for. */
  #isComing({ signedHeader: { header } }: LightBlock, height: bigint): boolean {
    const ageMs = this.#options.clock.unixMs() - Number(header.time.seconds) * MS_PER_SECOND
    return height > header.height && ageMs <= LIGHT_LAG_MS_MAX
  }

  async #params(peer: LightPeer, height: bigint): Promise<ConsensusParams | undefined> {
    const ask: Question<ConsensusParams>['ask'] = (done) => peer.parameters(height, done)
    const said = await this.#say(peer, { ask, schema: ConsensusParams })
    return said.kind === 'found' ? said.value : undefined
  }

  async #say<T>(peer: LightPeer, { ask, schema }: Question<T>): Promise<Said<T>> {
    await this.#somebody()
    if (this.#isStopped) return { kind: 'silent' }
    const outcome = await new Promise<Outcome<{ readonly meta: Uint8Array }>>(ask)
    if (outcome.kind === 'failed') {
      if (outcome.error instanceof CodedError) return { kind: 'refused' }
      peer.change()
      return { kind: 'silent' }
    }
    const { value, feedback } = outcome.answer
    try {
      const found = decode(schema, value.meta)
      feedback.succeeded()
      return { kind: 'found', value: found }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      feedback.misbehaved()
      return { kind: 'silent' }
    }
  }

  /** A node that has just begun knows nobody yet: a while is waited for the first, but once. */
  async #somebody(): Promise<void> {
    const { network, timers } = this.#options
    for (let looks = 0; !this.#isStopped; looks++) {
      const isSomebodyHere = network.peersOf(this.#protocol).length > 0
      if (isSomebodyHere || looks >= LIGHT_PEER_LOOKS_MAX) this.#isAlone = !isSomebodyHere
      if (isSomebodyHere || this.#isAlone) return
      await new Promise<void>((resolve) => {
        const timer = timers.after(LIGHT_PEER_LOOK_MS, () => {
          this.#waiting.delete(timer)
          resolve()
        })
        this.#waiting.add(timer)
      })
    }
  }
}
