/** Tells peers of misbehaviour that is not in a block yet, and hears of it from them. */

import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'
import { decode, encode } from '@wadi/protobuf/codec'
import { message, repeated } from '@wadi/protobuf/message'
import { checkEvidence } from '@wadi/tendermint/basic/checkEvidence'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { Patience } from '../flood.ts'
import { errors, isUndecidable } from './errors.ts'
import { heightOf } from './evidenceFacts.ts'
import type { EvidencePool } from './evidencePool.ts'
import {
  CATCH_UP_DELAY_MS,
  EVIDENCE_BURST_MAX,
  EVIDENCE_MESSAGE_BYTES_MAX,
  EVIDENCE_MESSAGE_COUNT_MAX,
  EVIDENCE_PER_SECOND_MAX,
  EVIDENCE_QUEUE_MAX,
  REPEAT_DELAY_MS,
} from './limits.ts'

/** The channel of evidence. */
export const EVIDENCE_CHANNEL = 0x38

/** As in a block, but nobody reads on who has met one piece too many: small ones are many. */
const EvidenceMessage = message({
  evidence: repeated(1, Evidence, { countMax: EVIDENCE_MESSAGE_COUNT_MAX }),
})

/** What a reactor is given. */
export interface EvidenceReactorOptions {
  readonly pool: EvidencePool
  readonly clock: Clock
  readonly timers: Timers
  /** Where a peer is, if it has said so. */
  readonly heightOf: (peer: Peer) => bigint | undefined
}

interface Listener {
  readonly peer: Peer
  /** Keys of what it was told since the last repetition. */
  told: Set<string>
}

/** See the top of this file. */
export class EvidenceReactor implements Reactor {
  readonly name = 'evidence'
  readonly channels: readonly Channel[] = [
    {
      id: EVIDENCE_CHANNEL,
      priority: 6,
      sendQueueMax: EVIDENCE_QUEUE_MAX,
      messageBytesMax: EVIDENCE_MESSAGE_BYTES_MAX,
      messageTypes: { 1: 'types_EvidenceList' },
    },
  ]
  readonly #options: EvidenceReactorOptions
  readonly #patience: Patience
  readonly #peers = new Map<string, Listener>()
  #repetition: Timer | undefined
  #catchUp: Timer | undefined

  constructor(options: EvidenceReactorOptions) {
    this.#options = options
    this.#patience = new Patience(options.clock, {
      perSecondMax: EVIDENCE_PER_SECOND_MAX,
      burstMax: EVIDENCE_BURST_MAX,
      why: 'sends more evidence than anybody needs',
    })
    options.pool.listen(() => this.#tellAll())
  }

  addPeer(peer: Peer): void {
    const listener = { peer, told: new Set<string>() }
    this.#peers.set(peer.id, listener)
    this.#tell(listener)
    this.#repeatLater()
  }

  removePeer(peer: Peer): void {
    this.#peers.delete(peer.id)
  }

  receive(peer: Peer, _channel: number, bytes: Uint8Array): void {
    try {
      const { evidence } = decode(EvidenceMessage, bytes)
      if (evidence.length === 0) throw errors.noneInMessage()
      if (!this.#patience.hears(peer, evidence.length)) return
      for (const piece of evidence) checkEvidence(piece)
      for (const piece of evidence) this.#take(piece)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      peer.punish({ severity: 'ban', why: error.reason })
    }
  }

  drained(peer: Peer): void {
    const listener = this.#peers.get(peer.id)
    if (listener !== undefined) this.#tell(listener)
  }

  /** The node ends: nothing more is sent. */
  stop(): void {
    this.#repetition?.cancel()
    this.#catchUp?.cancel()
    this.#peers.clear()
  }

  #take(evidence: Evidence): void {
    try {
      this.#options.pool.add(evidence)
    } catch (error) {
      if (!(error instanceof CodedError && isUndecidable(error))) throw error
    }
  }

  #tellAll(): void {
    for (const listener of this.#peers.values()) this.#tell(listener)
    this.#repeatLater()
  }

  /** What is still pending after a while may have come too early for a peer. */
  #repeatLater(): void {
    if (this.#options.pool.size === 0 || this.#peers.size === 0) return
    this.#repetition ??= this.#options.timers.after(REPEAT_DELAY_MS, () => {
      this.#repetition = undefined
      for (const listener of this.#peers.values()) listener.told = new Set()
      this.#tellAll()
    })
  }

  #tell({ peer, told }: Listener): void {
    const { pool } = this.#options
    if (pool.size === 0) return
    const height = this.#options.heightOf(peer)
    for (const [key, evidence] of pool.entries()) {
      if (told.has(key)) continue
      if (!this.#isFor(height, evidence)) {
        this.#askAgain()
        continue
      }
      const bytes = encode(EvidenceMessage, { evidence: [evidence] })
      if (bytes.length > EVIDENCE_MESSAGE_BYTES_MAX) continue
      if (!peer.send(EVIDENCE_CHANNEL, bytes)) return
      told.add(key)
    }
  }

  /** Who was not high enough soon will be. */
  #askAgain(): void {
    this.#catchUp ??= this.#options.timers.after(CATCH_UP_DELAY_MS, () => {
      this.#catchUp = undefined
      this.#tellAll()
    })
  }

  /** Can a peer judge the evidence, and still put it into a block? */
  #isFor(height: bigint | undefined, evidence: Evidence): boolean {
    const { maxAgeNumBlocks } = this.#options.pool.state.consensusParams.evidence
    const at = heightOf(evidence)
    return height !== undefined && height > at && height - at <= maxAgeNumBlocks
  }
}
