/**
 * Which votes of peers go to the machine. It looks at what it cannot use and forgets it, but
 * everything that goes to it is in the log first; and the log of a height must not grow with what
 * validators say beyond one thing and its contrary.
 */

import { addHeightVote, collectedVotes, type HeightVotes } from '@wadi/tendermint/round/heightVotes'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import { knownVote, type VoteSet, votesFor } from '@wadi/tendermint/round/voteSet'
import { type BlockId, equalBlockIds } from '@wadi/tendermint/types/blockId'
import type { Vote } from '@wadi/tendermint/types/vote'

/** What becomes of a vote; `excess` contradicts votes that were contradicted before. */
export type VoteVerdict = 'take' | 'drop' | 'excess'

/** Is evidence that somebody contradicts itself in that step still of use? */
export type WantsConflict = (vote: Vote) => boolean

/** What of the rounds says which votes are of use. */
export type FilteredRounds = Pick<RoundState, 'height' | 'step' | 'votes' | 'lastCommit'>

/** Judges the votes that go to the machine together, one after the other. */
export class VoteFilter {
  readonly #rounds: FilteredRounds
  readonly #wantsConflict: WantsConflict
  /** With the rounds that were opened for votes taken here. */
  #votes: HeightVotes
  /** What validators have voted for whose votes are not in the machine yet. */
  readonly #first = new Map<string, BlockId | undefined>()
  readonly #contradicted = new Set<string>()

  constructor(rounds: FilteredRounds, wantsConflict: WantsConflict) {
    this.#rounds = rounds
    this.#wantsConflict = wantsConflict
    this.#votes = rounds.votes
  }

  /** Judges a vote of a validator that the rounds know. */
  judge(vote: Vote, sender: string): VoteVerdict {
    if (vote.height === this.#rounds.height) return this.#judgeCurrent(vote, sender)
    const { lastCommit, step } = this.#rounds
    const isWaited = step === RoundStep.newHeight && lastCommit?.round === vote.round
    return isWaited ? this.#judgeIn(lastCommit, vote) : 'drop'
  }

  #judgeCurrent(vote: Vote, sender: string): VoteVerdict {
    const set = collectedVotes(this.#votes, vote.round, vote.type)
    const isOpen = set !== undefined || vote.round <= this.#votes.trackedRound
    if (isOpen) return this.#judgeIn(set, vote)
    const { kind, votes } = addHeightVote(this.#votes, vote, sender)
    this.#votes = votes
    return kind === 'added' ? 'take' : 'drop'
  }

  #judgeIn(set: VoteSet | undefined, vote: Vote): VoteVerdict {
    if (set !== undefined && knownVote(set, vote) !== undefined) return 'drop'
    const { height, round, type, validatorIndex, blockId } = vote
    const key = `${height}/${round}/${type}/${validatorIndex}`
    const canonical = set?.votes[validatorIndex]
    if (canonical === undefined && !this.#first.has(key)) {
      this.#first.set(key, blockId)
      return 'take'
    }
    if (canonical === undefined && equalBlockIds(this.#first.get(key), blockId)) return 'drop'
    if (set !== undefined && isAwaited(set, blockId)) return 'take'
    if (this.#contradicted.has(key) || !this.#wantsConflict(vote)) return 'excess'
    this.#contradicted.add(key)
    return 'take'
  }
}

/** Does a vote for the thing count although its validator has voted for another? */
function isAwaited(set: VoteSet, blockId: BlockId | undefined): boolean {
  const { majority } = set
  if (majority !== undefined && equalBlockIds(majority.blockId, blockId)) return true
  return votesFor(set, blockId)?.isClaimed === true
}
