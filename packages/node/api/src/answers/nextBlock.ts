/** How far the network is with the next block. */

import { CodedError } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import {
  type NextBlockState,
  NextBlockVote,
  type NextBlockVotes,
} from '@wadi/consensus/consensus/status'
import { calls } from '@wadi/consensus/registry/api'
import { stakingAddress } from '@wadi/primitives/address'
import { voteSetAt } from '@wadi/tendermint/round/heightVotes'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import type { Validator } from '@wadi/tendermint/types/validator'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { ChainViews } from '../chainViews.ts'
import { askState } from './stateAnswers.ts'

/** Whose vote it is. The reference looks for the node in a state to come, and never finds it. */
function voteOf(views: ChainViews, { address, votingPower }: Validator): NextBlockVote {
  const call = 'Registry/GetNodeByConsensusAddress'
  try {
    const { id, entityId } = askState(views.at(0n), calls, call, { height: 0n, address })
    return { nodeId: id, entityId, entityAddress: stakingAddress(entityId), votingPower }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { ...zero(NextBlockVote), votingPower }
  }
}

function votesOf(views: ChainViews, rounds: RoundState, type: Vote['type']): NextBlockVotes {
  const { validators, totalVotingPower } = rounds.validators
  const given = voteSetAt(rounds.votes, rounds.round, type)?.votes ?? []
  const voters = validators.filter((_, i) => given[i] !== undefined)
  const votingPower = voters.reduce((sum, voter) => sum + voter.votingPower, 0n)
  return {
    votingPower,
    ratio: Number(votingPower) / Number(totalVotingPower),
    votes: voters.map((voter) => voteOf(views, voter)),
  }
}

/** Who has voted in the round that is on. */
export function nextBlockState(views: ChainViews, rounds: RoundState): NextBlockState {
  const { validators, totalVotingPower } = rounds.validators
  return {
    height: rounds.height,
    numValidators: BigInt(validators.length),
    votingPower: totalVotingPower,
    prevotes: votesOf(views, rounds, 'prevote'),
    precommits: votesOf(views, rounds, 'precommit'),
  }
}
