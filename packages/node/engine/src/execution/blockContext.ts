/** What an application is told of a block beside its transactions. */

import { assert } from '@wadi/base/errors'
import type { BlockContext, Misbehavior, VoteInfo } from '@wadi/contracts/application'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import type { Block } from '@wadi/tendermint/types/block'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import { errors } from '../errors.ts'
import { type VoterSources, votersAt } from '../stores/votersAt.ts'

/** Puts a block into the application's words. */
export function blockContext(block: Block, chain: ChainState, sources: VoterSources): BlockContext {
  const { header, evidence, lastCommit } = block
  return {
    height: header.height,
    time: header.time,
    hash: headerHash(header),
    proposerAddress: header.proposerAddress,
    nextValidatorsHash: header.nextValidatorsHash,
    lastCommitRound: lastCommit?.round ?? 0,
    lastCommit: header.height === chain.initialHeight ? [] : voteInfos(block, chain, sources),
    misbehavior: evidence.flatMap(misbehaviorOf),
  }
}

/** Who voted for the block before: its validators in their order. */
function voteInfos(
  { header, lastCommit }: Block,
  chain: ChainState,
  sources: VoterSources,
): readonly VoteInfo[] {
  const voters = votersAt(sources, chain, header.height - 1n)
  if (voters === undefined) throw errors.noVoters(`of block ${header.height - 1n}`)
  const signatures = lastCommit?.signatures ?? []
  const { validators } = voters
  assert(signatures.length === validators.length, 'a commit has a place for each validator')
  return validators.map(({ address, votingPower }, i) => ({
    address,
    power: votingPower,
    hasSigned: signatures[i]!.flag !== 'absent',
  }))
}

function misbehaviorOf(evidence: Evidence): readonly Misbehavior[] {
  switch (evidence.kind) {
    case 'duplicate-vote': {
      const { voteA, validatorPower, totalVotingPower, timestamp } = evidence.body
      return [
        {
          kind: 'duplicate-vote',
          address: voteA.validatorAddress,
          power: validatorPower,
          height: voteA.height,
          time: timestamp,
          totalVotingPower,
        },
      ]
    }
    case 'light-client-attack': {
      const { byzantineValidators, commonHeight, timestamp, totalVotingPower } = evidence.body
      return byzantineValidators.map(({ address, votingPower }) => ({
        kind: 'light-client-attack' as const,
        address,
        power: votingPower,
        height: commonHeight,
        time: timestamp,
        totalVotingPower,
      }))
    }
  }
}
