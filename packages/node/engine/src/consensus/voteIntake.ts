/**
 * Votes of peers on their way to the machine. They wait for each other for one turn, so that the
 * signatures of all that came in together are verified at once; what is of no use is dropped
 * before.
 */

import type { Clock } from '@wadi/base/clock'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Peer } from '@wadi/contracts/peers'
import type { VoteInput } from '@wadi/tendermint/round/input'
import { signerOf, type VoteOfKey, verifyVotes } from '@wadi/tendermint/round/verifyMessages'
import type { Vote } from '@wadi/tendermint/types/vote'
import { Patience } from '../flood.ts'
import {
  CONTRADICTIONS_BURST_MAX,
  CONTRADICTIONS_PER_SECOND_MAX,
  VOTE_BATCH_MS_MAX,
  VOTES_WAITING_MAX,
} from '../limits.ts'
import type { SignedView } from './loggedInput.ts'
import { VoteFilter, type WantsConflict } from './voteFilter.ts'

/** A vote, and all who sent it. */
interface Waiting extends VoteOfKey {
  readonly peers: Peer[]
}

/** Where votes go, and what they meet on the way. */
export interface VoteIntakeOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Undefined before the rounds begin. */
  readonly view: () => SignedView | undefined
  readonly wantsConflict: WantsConflict
  readonly accept: (votes: readonly VoteInput[]) => void
}

/** Where votes come in. */
export class VoteIntake {
  readonly #options: VoteIntakeOptions
  /** With who tells ever more of what contradicts itself: honest peers keep two votes of each. */
  readonly #patience: Patience
  /** By the votes: what several peers sent is one object, if it was decoded once. */
  #waiting = new Map<Vote, Waiting>()
  #turn: Timer | undefined

  constructor(options: VoteIntakeOptions) {
    this.#options = options
    this.#patience = new Patience(options.clock, {
      perSecondMax: CONTRADICTIONS_PER_SECOND_MAX,
      burstMax: CONTRADICTIONS_BURST_MAX,
      why: 'sends more contradictory votes than anybody needs',
    })
  }

  /** Takes a vote in; what cannot be of use is forgotten at once. */
  add(vote: Vote, peer: Peer): void {
    const waiting = this.#waiting.get(vote)
    if (waiting !== undefined) {
      if (!waiting.peers.includes(peer)) waiting.peers.push(peer)
      return
    }
    const { view, timers, wantsConflict } = this.#options
    const seen = view()
    if (seen === undefined) return
    const publicKey = signerOf(seen.rounds, vote)
    if (publicKey === undefined) return
    const verdict = new VoteFilter(seen.rounds, wantsConflict).judge(vote, peer.id)
    if (verdict === 'excess') this.#patience.hears(peer, 1)
    if (verdict !== 'take') return
    this.#waiting.set(vote, { vote, publicKey, peers: [peer] })
    if (this.#waiting.size >= VOTES_WAITING_MAX) this.#verify()
    else this.#turn ??= timers.after(waitMs(seen), () => this.#verify())
  }

  stop(): void {
    this.#turn?.cancel()
    this.#waiting = new Map()
  }

  #verify(): void {
    this.#turn?.cancel()
    this.#turn = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting = new Map()
    const { view, wantsConflict, accept } = this.#options
    const seen = view()
    if (seen === undefined) return
    const verified = verifyVotes(seen, waiting)
    const filter = new VoteFilter(seen.rounds, wantsConflict)
    const accepted: VoteInput[] = []
    for (const [i, { peers }] of waiting.entries()) {
      const vote = verified[i]
      if (vote === undefined)
        for (const peer of peers)
          peer.punish({ severity: 'ban', why: 'a vote with a wrong signature' })
      else {
        // Not everybody may open a round.
        const sender = peers.find(({ id }) => filter.judge(vote, id) === 'take')
        if (sender !== undefined) accepted.push({ kind: 'vote', vote, sender: sender.id })
      }
    }
    accept(accepted)
  }
}

/** Where many vote, many votes come at about the same time. */
function waitMs({ rounds }: SignedView): number {
  const { length } = rounds.validators.validators
  return Math.min(VOTE_BATCH_MS_MAX, Math.floor(length / VALIDATORS_PER_MS))
}

const VALIDATORS_PER_MS = 10
