/** What to ask a peer so that both learn of votes that one of them lacks. */

import type { VoteSetMaj23 } from '../messages/consensus.ts'
import { majorityAt } from '../round/heightVotes.ts'
import type { RoundState } from '../round/roundState.ts'
import type { Vote } from '../types/vote.ts'
import type { DecidedBlocks } from './nextForPeer.ts'
import type { PeerRounds } from './peerRounds.ts'

/** The majorities that we know of in the rounds that the peer is in. It answers with its votes. */
export function majorityQueries(
  rounds: RoundState,
  decided: DecidedBlocks,
  known: PeerRounds,
): readonly VoteSetMaj23[] {
  const { height, round, polRound, catchupCommitRound } = known
  const queries: VoteSetMaj23[] = []
  const ask = (at: number, type: Vote['type']) => {
    const majority = at < 0 ? undefined : majorityAt(rounds.votes, at, type)
    if (majority !== undefined) queries.push({ height, round: at, type, blockId: majority.blockId })
  }
  if (height === rounds.height) {
    ask(round, 'prevote')
    ask(round, 'precommit')
    ask(polRound, 'prevote')
  }
  const isDecided = height > 0n && height >= decided.base && height < rounds.height
  const commit = isDecided && catchupCommitRound >= 0 ? decided.commitOf(height) : undefined
  if (commit !== undefined)
    queries.push({ height, round: commit.round, type: 'precommit', blockId: commit.blockId })
  return queries
}
