/**
 * Speaks with peers about rounds. Pushes what a peer lacks when we get something, when the peer
 * says where it is, and when there is room again in its queue. A slow tick asks and repeats.
 */

import type { Clock } from '@wadi/base/clock'
import type { RandomSource } from '@wadi/base/random'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import type { Timer, Timers } from '@wadi/contracts/world'
import { compareMoments, millisecondsBetween } from '@wadi/primitives/moment'
import { encode } from '@wadi/protobuf/codec'
import { majorityQueries } from '@wadi/tendermint/gossip/majorityQueries'
import {
  type DecidedBlocks,
  nextData,
  nextVote,
  type OwnRounds,
  proposalPol,
} from '@wadi/tendermint/gossip/nextForPeer'
import {
  applyHasVote,
  applyNewRoundStep,
  applyNewValidBlock,
  applyProposalPol,
  applyVoteSetBits,
  forgetReceived,
  type PeerRounds,
  UNKNOWN_ROUNDS,
  withPart,
  withProposal,
  withVote,
  withVoteBits,
} from '@wadi/tendermint/gossip/peerRounds'
import {
  ConsensusMessage,
  checkConsensusMessage,
  type VoteSetBits,
  type VoteSetMaj23,
} from '@wadi/tendermint/messages/consensus'
import type { Effect } from '@wadi/tendermint/round/effect'
import { voteSetAt } from '@wadi/tendermint/round/heightVotes'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { verifyProposal } from '@wadi/tendermint/round/verifyMessages'
import { votesFor } from '@wadi/tendermint/round/voteSet'
import { type BitArray, noBits } from '@wadi/tendermint/types/bitArray'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import { GOSSIP_REPEAT_MS, GOSSIP_REPEAT_MS_MAX, GOSSIP_TICK_MS } from '../limits.ts'
import { peerMessage } from '../peerMessage.ts'
import {
  channelOf,
  DATA_CHANNEL,
  STATE_CHANNEL,
  VOTE_BITS_CHANNEL,
  VOTE_CHANNEL,
} from './channels.ts'
import type { Consensus } from './consensus.ts'
import type { SignedView } from './loggedInput.ts'
import { nowOf } from './now.ts'
import { VoteIntake } from './voteIntake.ts'

/** What the reactor runs on. */
export interface ConsensusReactorOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly initialHeight: bigint
  readonly decided: DecidedBlocks
}

/** A peer, what we know of it, and when to doubt that. */
interface Listener {
  readonly peer: Peer
  known: PeerRounds
  /** What was sent before it moved last may be lost; it is sent again after so long. */
  movedAtMs: number
  repeatMs: number
}

/** See the top of this file. */
export class ConsensusReactor implements Reactor {
  readonly name = 'consensus'
  readonly channels = [STATE_CHANNEL, DATA_CHANNEL, VOTE_CHANNEL, VOTE_BITS_CHANNEL]
  readonly #options: ConsensusReactorOptions
  readonly #votes: VoteIntake
  readonly #listeners = new Map<string, Listener>()
  /** Undefined until the node has caught up with the chain. */
  #consensus: Consensus | undefined
  #tick: Timer | undefined

  constructor(options: ConsensusReactorOptions) {
    this.#options = options
    this.#votes = new VoteIntake(
      options.timers,
      () => this.#view(),
      (vote, { id }) => this.#consensus?.receive({ kind: 'vote', vote, sender: id }),
    )
  }

  /** From now on peers' messages go to the machine. */
  begin(consensus: Consensus): void {
    this.#consensus = consensus
    this.#startTick()
  }

  stop(): void {
    this.#votes.stop()
    this.#tick?.cancel()
  }

  addPeer(peer: Peer): void {
    const movedAtMs = this.#options.clock.monotonicMs()
    const listener = { peer, known: UNKNOWN_ROUNDS, movedAtMs, repeatMs: GOSSIP_REPEAT_MS }
    this.#listeners.set(peer.id, listener)
    this.#tellWhereWeAre(listener)
  }

  removePeer({ id }: Peer): void {
    this.#listeners.delete(id)
    this.#consensus?.receive({ kind: 'peer-gone', peer: id })
  }

  drained({ id }: Peer): void {
    const listener = this.#listeners.get(id)
    if (listener !== undefined) this.#push(listener)
  }

  receive(peer: Peer, channel: number, bytes: Uint8Array): void {
    const listener = this.#listeners.get(peer.id)
    if (listener === undefined) return
    const said = peerMessage(peer, ConsensusMessage, checkConsensusMessage, bytes)
    if (said === undefined) return
    if (channelOf(said).id !== channel) {
      peer.punish({ severity: 'drop', why: 'a message of consensus on another channel' })
      return
    }
    this.#hear(listener, said)
    this.#push(listener)
  }

  /** What the machine wants others to know. */
  tell(effect: Effect): void {
    switch (effect.kind) {
      case 'tell-round-step':
        for (const listener of this.#listeners.values()) this.#tellWhereWeAre(listener)
        break
      case 'tell-valid-block': {
        const { height, round, partSetHeader, parts, isCommit } = effect
        const place = { height, round, isCommit }
        const body = { ...place, blockPartSetHeader: partSetHeader, blockParts: parts }
        this.#broadcast({ kind: 'new-valid-block', body })
        break
      }
      case 'tell-has-vote': {
        const { height, round, type, validatorIndex: index } = effect.vote
        this.#broadcast({ kind: 'has-vote', body: { height, round, type, index } })
        break
      }
      case 'offence':
        this.#listeners.get(effect.peer)?.peer.punish({ severity: 'drop', why: effect.why })
        break
      default:
        break
    }
  }

  /** Where a peer is, if it has said so. */
  heightOf(peer: string): bigint | undefined {
    const height = this.#listeners.get(peer)?.known.height
    return height === 0n ? undefined : height
  }

  /** Sends everybody what is new. */
  pushAll(): void {
    for (const listener of this.#listeners.values()) this.#push(listener)
  }

  get #rounds(): RoundState | undefined {
    return this.#consensus?.rounds
  }

  #view(): SignedView | undefined {
    return this.#consensus?.signedView
  }

  #hear(listener: Listener, said: ConsensusMessage): void {
    const { peer, known } = listener
    switch (said.kind) {
      case 'new-round-step':
        if (said.body.height < this.#options.initialHeight) {
          peer.punish({ severity: 'ban', why: 'a height before the first one' })
          return
        }
        listener.known = applyNewRoundStep(known, said.body)
        if (listener.known !== known) this.#noteMoved(listener)
        break
      case 'new-valid-block':
        listener.known = applyNewValidBlock(known, said.body)
        break
      case 'has-vote':
        listener.known = applyHasVote(this.#withBits(known, said.body.height), said.body)
        break
      case 'proposal-pol':
        listener.known = applyProposalPol(known, said.body)
        break
      case 'vote-set-maj23':
        this.#hearClaim(listener, said.body)
        break
      case 'vote-set-bits':
        listener.known = applyVoteSetBits(known, said.body, this.#votesFor(said.body))
        break
      case 'proposal':
        listener.known = withProposal(known, said.body.proposal)
        this.#hearProposal(listener, said.body.proposal)
        break
      case 'block-part': {
        const { height, round, part } = said.body
        listener.known = withPart(known, { height, round, index: part.index })
        this.#consensus?.receive({ kind: 'block-part', height, round, part, sender: peer.id })
        break
      }
      case 'vote':
        this.#hearVote(listener, said.body.vote)
        break
    }
  }

  #hearVote(listener: Listener, vote: Vote): void {
    const known = this.#withBits(listener.known, vote.height)
    listener.known = withVote(known, vote, vote.validatorIndex)
    this.#votes.add(vote, listener.peer)
  }

  /** With places for the votes of a height that we know the validators of. */
  #withBits(known: PeerRounds, height: bigint): PeerRounds {
    const rounds = this.#rounds
    if (rounds === undefined) return known
    if (height === rounds.height)
      return withVoteBits(known, height, rounds.validators.validators.length)
    if (height + 1n === rounds.height)
      return withVoteBits(known, height, rounds.chain.lastValidators.validators.length)
    return known
  }

  #hearProposal({ peer }: Listener, proposal: Proposal): void {
    const view = this.#view()
    if (view === undefined) return
    const { height, round, proposal: ours, validators } = view.rounds
    if (proposal.height !== height || proposal.round !== round || ours !== undefined) return
    const { proposer } = validators
    const verified = proposer && verifyProposal(view, proposal, proposer.publicKey)
    if (verified === undefined)
      peer.punish({ severity: 'ban', why: 'a proposal with a wrong signature' })
    else this.#consensus?.receive({ kind: 'proposal', proposal: verified, sender: peer.id })
  }

  /** Notes what a peer claims, and answers with our votes. */
  #hearClaim({ peer }: Listener, said: VoteSetMaj23): void {
    const { height, round, type, blockId } = said
    if (this.#rounds?.height !== height) return
    this.#consensus?.receive({
      kind: 'majority-claim',
      height,
      round,
      type,
      blockId,
      peer: peer.id,
    })
    const votes = this.#votesFor(said) ?? noBits(0)
    this.#send(peer, { kind: 'vote-set-bits', body: { height, round, type, blockId, votes } })
  }

  /** Whose votes for a thing are here; undefined if its height is not ours. */
  #votesFor(about: Omit<VoteSetBits, 'votes'>): BitArray | undefined {
    const rounds = this.#rounds
    if (rounds?.height !== about.height) return undefined
    const set = voteSetAt(rounds.votes, about.round, about.type)
    return set && (votesFor(set, about.blockId)?.bits ?? noBits(set.bits.size))
  }

  #noteMoved(listener: Listener): void {
    listener.movedAtMs = this.#options.clock.monotonicMs()
    listener.repeatMs = GOSSIP_REPEAT_MS
  }

  /** Sends what the peer lacks, until its queues are full. */
  #push(listener: Listener): void {
    const rounds = this.#rounds
    if (rounds === undefined) return
    const { decided, random } = this.#options
    const own: OwnRounds = { rounds, decided, random }
    for (const next of [nextData, nextVote]) {
      for (let item = next(own, listener.known); item; item = next(own, listener.known)) {
        if (!this.#send(listener.peer, item.message)) break
        listener.known = item.known
        if (item.message.kind !== 'proposal') continue
        const pol = proposalPol(rounds)
        if (pol !== undefined) this.#send(listener.peer, pol)
      }
    }
  }

  #tellWhereWeAre({ peer }: Listener): void {
    const rounds = this.#rounds
    if (rounds === undefined) return
    const { height, round, step, startTime, lastCommit } = rounds
    const now = nowOf(this.#options.clock)
    const hasStarted = compareMoments(now, startTime) >= 0
    const ms = hasStarted
      ? millisecondsBetween(startTime, now)
      : -millisecondsBetween(now, startTime)
    const secondsSinceStartTime = BigInt(Math.trunc(ms / MS_PER_SECOND))
    const lastCommitRound = lastCommit?.round ?? -1
    const body = { height, round, step, secondsSinceStartTime, lastCommitRound }
    this.#send(peer, { kind: 'new-round-step', body })
  }

  #send(peer: Peer, message: ConsensusMessage): boolean {
    const { id } = channelOf(message)
    return peer.send(id, encode(ConsensusMessage, message))
  }

  #broadcast(message: ConsensusMessage): void {
    const { id } = channelOf(message)
    const bytes = encode(ConsensusMessage, message)
    for (const { peer } of this.#listeners.values()) peer.send(id, bytes)
  }

  #startTick(): void {
    this.#tick = this.#options.timers.after(GOSSIP_TICK_MS, () => {
      for (const listener of this.#listeners.values()) this.#repeat(listener)
      this.#startTick()
    })
  }

  /** Asks for what nobody pushes, and repeats what may be lost if the peer stands still. */
  #repeat(listener: Listener): void {
    const rounds = this.#rounds
    if (rounds === undefined) return
    const { peer, known } = listener
    for (const body of majorityQueries(rounds, this.#options.decided, known))
      this.#send(peer, { kind: 'vote-set-maj23', body })
    if (this.#options.clock.monotonicMs() - listener.movedAtMs >= listener.repeatMs) {
      listener.repeatMs = Math.min(2 * listener.repeatMs, GOSSIP_REPEAT_MS_MAX)
      listener.movedAtMs = this.#options.clock.monotonicMs()
      listener.known = forgetReceived(known)
      this.#tellWhereWeAre(listener)
    }
    this.#push(listener)
  }
}

const MS_PER_SECOND = 1000
