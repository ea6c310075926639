/**
 * Speaks with peers about rounds. What we say ourselves is pushed to everybody at once. Of what we
 * got from others everybody gets the news at once, and who still lacks it a moment later gets it:
 * each peer at a moment of its own, so that most need not get it from us. A slow tick asks for what
 * nobody pushes, and repeats what may be lost.
 *
 * PERF: relaying at once sends most votes several times over: with 100 validators of 16 peers each
 * a block took 900,000 messages, six times as many.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import { compareMoments, millisecondsBetween } from '@wadi/primitives/moment'
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
  voteBitsOf,
  withPart,
  withProposal,
  withVote,
  withVoteBits,
} from '@wadi/tendermint/gossip/peerRounds'
import { leafHash } from '@wadi/tendermint/merkle'
import type {
  BlockPart,
  ConsensusMessage,
  VoteSetBits,
  VoteSetMaj23,
} from '@wadi/tendermint/messages/consensus'
import { isProven } from '@wadi/tendermint/round/blockParts'
import type { Effect } from '@wadi/tendermint/round/effect'
import { voteSetAt } from '@wadi/tendermint/round/heightVotes'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { verifyProposal } from '@wadi/tendermint/round/verifyMessages'
import { type VoteSet, votesFor } from '@wadi/tendermint/round/voteSet'
import { type BitArray, hasBit, noBits } from '@wadi/tendermint/types/bitArray'
import { equalBlockIds } from '@wadi/tendermint/types/blockId'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import {
  GOSSIP_DATA_RELAY_MS,
  GOSSIP_RELAY_MS,
  GOSSIP_RELAY_MS_MAX,
  GOSSIP_REPEAT_MS,
  GOSSIP_REPEAT_MS_MAX,
  GOSSIP_TICK_MS,
} from '../limits.ts'
import { nowOf } from '../nowOf.ts'
import { heardFrom } from '../peerMessage.ts'
import {
  channelOf,
  DATA_CHANNEL,
  STATE_CHANNEL,
  VOTE_BITS_CHANNEL,
  VOTE_CHANNEL,
} from './channels.ts'
import type { Consensus } from './consensus.ts'
import { getsPartsElsewhere } from './getsPartsElsewhere.ts'
import { cancelRelays, type Listener, newListener } from './listener.ts'
import type { SignedView } from './loggedInput.ts'
import { RememberedMessages } from './messageBytes.ts'
import type { ConsensusInstruments } from './metrics.ts'
import { groupsOf } from './voteGroups.ts'
import { VoteIntake } from './voteIntake.ts'

/** What the reactor runs on. */
export interface ConsensusReactorOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly initialHeight: bigint
  readonly decided: DecidedBlocks
  readonly metrics: Pick<ConsensusInstruments, 'blockParts' | 'blockGossipPartsReceived'>
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
  /** When everybody was last told where we are. */
  #toldAtMs = 0
  /** Until the rounds begin nobody has to find what was said. */
  #messages = new RememberedMessages()
  /** Votes that came in since others were told last. */
  #news: Vote[] = []
  /** Votes of ours that nobody else has. */
  #ownVotes: Vote[] = []
  /** Are there parts of a block of ours that nobody else has? */
  #isProposing = false

  constructor(options: ConsensusReactorOptions) {
    this.#options = options
    this.#votes = new VoteIntake({
      clock: options.clock,
      timers: options.timers,
      view: () => this.#view(),
      wantsConflict: (vote) => this.#consensus?.wantsConflict(vote) === true,
      accept: (votes) => this.#consensus?.receive(...votes),
    })
  }

  /** From now on peers' messages go to the machine. */
  begin(consensus: Consensus): void {
    this.#consensus = consensus
    this.#messages = consensus.messages
    this.#startTick()
  }

  stop(): void {
    this.#votes.stop()
    this.#tick?.cancel()
    for (const listener of this.#listeners.values()) cancelRelays(listener)
  }

  addPeer(peer: Peer): void {
    const movedAtMs = this.#options.clock.monotonicMs()
    const listener = newListener(peer, movedAtMs)
    this.#listeners.set(peer.id, listener)
    this.#tellWhereWeAre(listener)
  }

  removePeer({ id }: Peer): void {
    const listener = this.#listeners.get(id)
    if (listener !== undefined) cancelRelays(listener)
    this.#listeners.delete(id)
    this.#options.metrics.blockParts.forget({ peer_id: id })
    this.#consensus?.receive({ kind: 'peer-gone', peer: id })
  }

  drained({ id }: Peer): void {
    const listener = this.#listeners.get(id)
    if (listener === undefined) return
    // What we say may not be durable before the turn is over.
    if (this.#consensus?.isSettled) this.#push(listener)
    else this.#relayLater(listener)
  }

  receive(peer: Peer, channel: number, bytes: Uint8Array): void {
    const listener = this.#listeners.get(peer.id)
    if (listener === undefined) return
    const said = heardFrom(peer, () => this.#messages.meaningOf(bytes))
    if (said === undefined) return
    if (channelOf(said).id !== channel) {
      peer.punish({ severity: 'drop', why: 'a message of consensus on another channel' })
      return
    }
    this.#hear(listener, said)
    // It may be gone by now, for what it said.
    if (this.#listeners.get(peer.id) === listener) this.#relayLater(listener)
  }

  /** What the machine wants others to know. */
  tell(effect: Effect): void {
    switch (effect.kind) {
      case 'tell-round-step':
        this.#tellNewsBefore(effect.height)
        this.#tellAllWhereWeAre()
        break
      case 'tell-valid-block': {
        const { height, round, partSetHeader, parts, isCommit } = effect
        const place = { height, round, isCommit }
        const body = { ...place, blockPartSetHeader: partSetHeader, blockParts: parts }
        this.#broadcast({ kind: 'new-valid-block', body })
        break
      }
      case 'tell-has-vote':
        this.#news.push(effect.vote)
        break
      case 'accepted':
        if (effect.sender !== undefined) this.#listeners.get(effect.sender)?.peer.praise?.()
        else if (effect.what === 'block-part') this.#isProposing = true
        break
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

  /** The machine has nothing more to do: what is new can go out. */
  settled(): void {
    this.#tellNews()
    const own = this.#ownVotes
    this.#ownVotes = []
    for (const listener of this.#listeners.values()) {
      for (const vote of own) this.#pushVote(listener, vote)
      if (this.#isProposing) this.#pushAll(listener, nextData)
      this.#relayLater(listener)
    }
    this.#isProposing = false
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
      case 'vote-set-bits': {
        const noted = this.#withBits(known, said.body.height)
        listener.known = applyVoteSetBits(noted, said.body, this.#votesFor(said.body))
        break
      }
      case 'proposal':
        listener.known = withProposal(known, said.body.proposal)
        this.#hearProposal(listener, said.body.proposal)
        break
      case 'block-part': {
        const { height, round, part } = said.body
        listener.known = withPart(known, { height, round, index: part.index })
        this.#hearPart(listener, said.body)
        break
      }
      case 'vote':
        this.#hearVote(listener, said.body.vote)
        break
    }
  }

  /**
   * Only what is of use is logged: the log of a height must not grow with what peers make up. A
   * part of another block of the height is no offence, one whose proof is of other bytes is.
   */
  #hearPart({ peer }: Listener, { height, round, part }: BlockPart): void {
    const rounds = this.#rounds
    if (rounds === undefined) return
    const { blockParts, blockGossipPartsReceived } = this.#options.metrics
    blockParts.add(1, { peer_id: peer.id })
    // The machine tells of those that it gets.
    const count = (matches: string) => blockGossipPartsReceived.add(1, { matches_current: matches })
    const parts = rounds.height === height ? rounds.proposalParts : undefined
    if (parts === undefined || part.index >= parts.bits.size) count('false')
    else if (hasBit(parts.bits, part.index)) count('true')
    else if (isProven(parts.header, part))
      this.#consensus?.receive({ kind: 'block-part', height, round, part, sender: peer.id })
    else {
      count('false')
      if (!equalBytes(part.proof.leafHash, leafHash(part.bytes)))
        peer.punish({ severity: 'ban', why: 'a part of a block with the proof of another' })
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
    const set = this.#votesAt(said)
    const earlier = set?.claims.find((claim) => claim.peer === peer.id)
    const isNew = earlier === undefined || !equalBlockIds(earlier.blockId, blockId)
    if (set !== undefined && isNew) {
      const claim = { height, round, type, blockId, peer: peer.id }
      this.#consensus?.receive({ kind: 'majority-claim', ...claim })
    }
    const votes = this.#votesFor(said) ?? noBits(0)
    this.#send(peer, { kind: 'vote-set-bits', body: { height, round, type, blockId, votes } })
  }

  /** Whose votes for a thing are here; undefined if votes for it are not collected. */
  #votesFor(about: Omit<VoteSetBits, 'votes'>): BitArray | undefined {
    const set = this.#votesAt(about)
    return set && (votesFor(set, about.blockId)?.bits ?? noBits(set.bits.size))
  }

  #votesAt({ height, round, type }: Omit<VoteSetBits, 'votes'>): VoteSet | undefined {
    const rounds = this.#rounds
    if (rounds === undefined) return undefined
    if (rounds.height === height) return voteSetAt(rounds.votes, round, type)
    const { lastCommit } = rounds
    const isLast = lastCommit?.height === height && lastCommit.round === round
    return isLast && type === lastCommit.type ? lastCommit : undefined
  }

  #noteMoved(listener: Listener): void {
    listener.movedAtMs = this.#options.clock.monotonicMs()
    listener.repeatMs = GOSSIP_REPEAT_MS
  }

  /** Sends what the peer lacks. */
  #push(listener: Listener): void {
    cancelRelays(listener)
    this.#pushAll(listener, nextData)
    this.#pushAll(listener, nextVote)
  }

  /** Sends what the peer lacks; parts that it gets from others only if it lacks them later. */
  #relay(listener: Listener): void {
    const rounds = this.#rounds
    if (rounds === undefined) return
    if (!getsPartsElsewhere(rounds, listener.known, this.#listeners.size)) {
      this.#push(listener)
      return
    }
    listener.relay = undefined
    this.#pushAll(listener, nextVote)
    listener.dataRelay ??= this.#options.timers.after(GOSSIP_DATA_RELAY_MS, () => {
      listener.dataRelay = undefined
      this.#pushAll(listener, nextData)
    })
  }

  /** Sends what the peer lacks of one kind, until its queue is full. */
  #pushAll(listener: Listener, next: typeof nextData): void {
    const rounds = this.#rounds
    if (rounds === undefined) return
    const { decided, random } = this.#options
    const own: OwnRounds = { rounds, decided, random }
    for (let item = next(own, listener.known); item; item = next(own, listener.known)) {
      if (!this.#send(listener.peer, item.message)) break
      listener.known = item.known
      if (item.message.kind !== 'proposal') continue
      const pol = proposalPol(rounds)
      if (pol !== undefined) this.#send(listener.peer, pol)
    }
  }

  /** Sends a vote to a peer that is where it is of use. */
  #pushVote(listener: Listener, vote: Vote): void {
    const known = this.#withBits(listener.known, vote.height)
    const had = voteBitsOf(known, vote)
    if (had === undefined || hasBit(had, vote.validatorIndex)) return
    if (this.#send(listener.peer, { kind: 'vote', body: { vote } }))
      listener.known = withVote(known, vote, vote.validatorIndex)
  }

  #relayLater(listener: Listener): void {
    const validatorCount = this.#rounds?.validators.validators.length ?? 0
    const most = Math.min(Math.max(validatorCount, GOSSIP_RELAY_MS), GOSSIP_RELAY_MS_MAX)
    const { timers, random } = this.#options
    listener.relay ??= timers.after(1 + randomBelow(random, most), () => this.#relay(listener))
  }

  /** Whoever hears that we are at a height knows by then what we have of the one before. */
  #tellNewsBefore(height: bigint): void {
    if (this.#news.some((vote) => vote.height < height)) this.#tellNews()
  }

  /** Tells which votes came in. Many for one thing are told at once. */
  #tellNews(): void {
    const news = this.#news
    if (news.length === 0) return
    this.#news = []
    for (const votes of groupsOf(news)) {
      const { height, round, type, blockId } = votes[0]!
      const all = this.#votesFor({ height, round, type, blockId })
      if (votes.length < NEWS_TOLD_SINGLY_MAX || all === undefined) {
        for (const { validatorIndex: index } of votes)
          this.#broadcast({ kind: 'has-vote', body: { height, round, type, index } })
      } else {
        const body = { height, round, type, blockId, votes: all }
        this.#broadcast({ kind: 'vote-set-bits', body })
      }
    }
    const address = this.#rounds?.ownAddress
    if (address === undefined) return
    for (const vote of news)
      if (equalBytes(vote.validatorAddress, address)) this.#ownVotes.push(vote)
  }

  #tellAllWhereWeAre(): void {
    this.#toldAtMs = this.#options.clock.monotonicMs()
    for (const listener of this.#listeners.values()) this.#tellWhereWeAre(listener)
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
    // After the first height it is not negative, or peers hang up; if it is not known, any will do.
    const isFirst = height === this.#options.initialHeight
    const lastCommitRound = lastCommit?.round ?? (isFirst ? -1 : 0)
    const body = { height, round, step, secondsSinceStartTime, lastCommitRound }
    this.#send(peer, { kind: 'new-round-step', body })
  }

  #send(peer: Peer, message: ConsensusMessage): boolean {
    const { id } = channelOf(message)
    return peer.send(id, this.#messages.bytesOf(message))
  }

  #broadcast(message: ConsensusMessage): void {
    const { id } = channelOf(message)
    const bytes = this.#messages.bytesOf(message)
    for (const { peer } of this.#listeners.values()) peer.send(id, bytes)
  }

  #startTick(): void {
    this.#tick = this.#options.timers.after(GOSSIP_TICK_MS, () => {
      for (const listener of this.#listeners.values()) this.#repeat(listener)
      // Who goes on without us has not heard where we stand, or we would not stand there.
      const standsMs = this.#options.clock.monotonicMs() - this.#toldAtMs
      if (standsMs >= GOSSIP_REPEAT_MS) this.#tellAllWhereWeAre()
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

/** From so many new votes for one thing on, one message tells of all. */
const NEWS_TOLD_SINGLY_MAX = 3
