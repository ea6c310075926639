/**
 * Votes of peers on their way to the machine. They wait for each other for one turn, so that the
 * signatures of all that came in together are verified at once; what is known already is dropped
 * before.
 */

import type { Peer } from '@wadi/contracts/peers'
import type { Timer, Timers } from '@wadi/contracts/world'
import { collectedVotes } from '@wadi/tendermint/round/heightVotes'
import type { VoteInput } from '@wadi/tendermint/round/input'
import { signerOf, type VoteOfKey, verifyVotes } from '@wadi/tendermint/round/verifyMessages'
import { knownVote } from '@wadi/tendermint/round/voteSet'
import type { Vote } from '@wadi/tendermint/types/vote'
import { VOTE_BATCH_MS_MAX, VOTES_WAITING_MAX } from '../limits.ts'
import type { SignedView } from './loggedInput.ts'

/** A vote, and all who sent it. */
interface Waiting extends VoteOfKey {
  readonly peers: Peer[]
}

/** Where votes come in. */
export class VoteIntake {
  readonly #timers: Timers
  readonly #view: () => SignedView | undefined
  readonly #accept: (votes: readonly VoteInput[]) => void
  /** By the votes: what several peers sent is one object, if it was decoded once. */
  #waiting = new Map<Vote, Waiting>()
  #turn: Timer | undefined

  constructor(
    timers: Timers,
    view: () => SignedView | undefined,
    accept: (votes: readonly VoteInput[]) => void,
  ) {
    this.#timers = timers
    this.#view = view
    this.#accept = accept
  }

  /** Takes a vote in; what cannot be of use is forgotten at once. */
  add(vote: Vote, peer: Peer): void {
    const waiting = this.#waiting.get(vote)
    if (waiting !== undefined) {
      if (!waiting.peers.includes(peer)) waiting.peers.push(peer)
      return
    }
    const view = this.#view()
    if (view === undefined) return
    const publicKey = signerOf(view.rounds, vote)
    if (publicKey === undefined || isKnown(view, vote)) return
    this.#waiting.set(vote, { vote, publicKey, peers: [peer] })
    if (this.#waiting.size >= VOTES_WAITING_MAX) this.#verify()
    else this.#turn ??= this.#timers.after(waitMs(view), () => this.#verify())
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
    const view = this.#view()
    if (view === undefined) return
    const verified = verifyVotes(view, waiting)
    const accepted: VoteInput[] = []
    for (const [i, { peers }] of waiting.entries()) {
      const vote = verified[i]
      for (const peer of peers) {
        if (vote === undefined)
          peer.punish({ severity: 'ban', why: 'a vote with a wrong signature' })
        else {
          accepted.push({ kind: 'vote', vote, sender: peer.id })
          break
        }
      }
    }
    this.#accept(accepted)
  }
}

function isKnown({ rounds }: SignedView, vote: Vote): boolean {
  const isLate = vote.height < rounds.height
  const set = isLate ? rounds.lastCommit : collectedVotes(rounds.votes, vote.round, vote.type)
  return set !== undefined && knownVote(set, vote) !== undefined
}

/** Where many vote, many votes come at about the same time. */
function waitMs({ rounds }: SignedView): number {
  const { length } = rounds.validators.validators
  return Math.min(VOTE_BATCH_MS_MAX, Math.floor(length / VALIDATORS_PER_MS))
}

const VALIDATORS_PER_MS = 10
