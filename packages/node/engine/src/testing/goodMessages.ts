/** One message of every kind, as an honest peer of a node could say it now. */

import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { testTime } from '@wadi/tendermint/testing/signedChain'
import { bitsWhere } from '@wadi/tendermint/types/bitArray'
import type { Block } from '@wadi/tendermint/types/block'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { LightClientAttackEvidence } from '@wadi/tendermint/types/evidence'
import type { Part } from '@wadi/tendermint/types/part'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { Vote } from '@wadi/tendermint/types/vote'
import { standInSignature } from './engineNetwork.ts'
import type { EveryBody } from './someMessages.ts'

/** What of a chain the messages are about. */
export interface GoodSources {
  readonly chainId: string
  /** The height that is being agreed on; there are at least two blocks before it. */
  readonly height: bigint
  /** Of all heights, with the proposer of the round; they have the keys of tests. */
  readonly validators: ValidatorSet
  /** Whose votes they are. */
  readonly voter: number
  readonly blocks: readonly [Block, Block]
  readonly part: Part
}

const HASH = new Uint8Array(32).fill(7)
const BLOCK_ID: BlockId = { hash: HASH, partSetHeader: { total: 1, hash: HASH } }

/** See the top of this file. */
export function goodMessages(sources: GoodSources): EveryBody {
  const { height, part, blocks } = sources
  const place = { height, round: 0 }
  const claim = { ...place, type: 'prevote', blockId: BLOCK_ID } as const
  const votes = bitsWhere(sources.validators.validators.length, (i) => i > 0)
  const parts = { total: 1, hash: HASH }
  const snapshot = { height: 1n, format: 1 }
  return {
    consensus: {
      'new-round-step': { ...place, step: 1, secondsSinceStartTime: 0n, lastCommitRound: 0 },
      'new-valid-block': {
        ...place,
        blockPartSetHeader: parts,
        blockParts: bitsWhere(1, () => true),
        isCommit: false,
      },
      proposal: { proposal: signedProposal(sources) },
      'proposal-pol': { height, proposalPolRound: 0, proposalPol: votes },
      'block-part': { ...place, part },
      vote: { vote: signedVote(sources, sources.voter, { height }) },
      'has-vote': { ...place, type: 'prevote', index: 1 },
      'vote-set-maj23': claim,
      'vote-set-bits': { ...claim, votes },
    },
    blockSync: {
      'block-request': { height: 2n },
      'no-block': { height: 2n },
      block: { block: blocks[1] },
      'status-request': {},
      status: { base: 1n, height: height - 1n },
    },
    mempool: { txs: { txs: [Uint8Array.of(1, 2, 3), Uint8Array.of(4)] } },
    evidence: {
      'duplicate-vote': duplicateVote(sources),
      'light-client-attack': lightClientAttack(sources),
    },
    stateSync: {
      'snapshots-request': {},
      snapshot: { ...snapshot, chunks: 2, hash: HASH, metadata: HASH },
      'chunk-request': { ...snapshot, index: 1 },
      chunk: { ...snapshot, index: 1, chunk: HASH, missing: false },
    },
  }
}

/** A vote of a validator as the network's stand-in signs it. */
function signedVote(
  { chainId, validators }: GoodSources,
  validatorIndex: number,
  fields: Pick<Vote, 'height'> & Partial<Vote>,
): Vote {
  const { address: validatorAddress, publicKey } = validators.validators[validatorIndex]!
  const vote: Vote = {
    type: 'prevote',
    round: 0,
    blockId: BLOCK_ID,
    timestamp: testTime(9),
    validatorAddress,
    validatorIndex,
    signature: new Uint8Array(64),
    ...fields,
  }
  return { ...vote, signature: standInSignature(publicKey, canonicalVoteBytes(chainId, vote)) }
}

function signedProposal({ chainId, height, validators }: GoodSources) {
  const { publicKey } = validators.proposer!
  const proposal = { height, round: 0, polRound: -1, blockId: BLOCK_ID, timestamp: testTime(9) }
  const signature = standInSignature(publicKey, canonicalProposalBytes(chainId, proposal))
  return { ...proposal, signature }
}

function duplicateVote(sources: GoodSources): EveryBody['evidence']['duplicate-vote'] {
  const { blocks, validators, voter } = sources
  const other = { ...BLOCK_ID, hash: new Uint8Array(32) }
  return {
    voteA: signedVote(sources, voter, { height: 2n, blockId: other }),
    voteB: signedVote(sources, voter, { height: 2n }),
    totalVotingPower: validators.totalVotingPower,
    validatorPower: validators.validators[voter]!.votingPower,
    timestamp: blocks[1].header.time,
  }
}

/** A second block that is not of the chain, signed by all who could sign it. */
function lightClientAttack(sources: GoodSources): LightClientAttackEvidence {
  const { blocks, validators: validatorSet } = sources
  const header = { ...blocks[1].header, appHash: HASH }
  const hash = headerHash(header)
  const blockId = { hash, partSetHeader: { total: 1, hash } }
  const signatures = validatorSet.validators.map(({ address }, index) => {
    const fields = { type: 'precommit', height: 2n, blockId, timestamp: header.time } as const
    const { signature, timestamp } = signedVote(sources, index, fields)
    return { flag: 'commit', validatorAddress: address, timestamp, signature } as const
  })
  const commit = { height: 2n, round: 0, blockId, signatures }
  return {
    conflictingBlock: { signedHeader: { header, commit }, validatorSet },
    commonHeight: 1n,
    byzantineValidators: validatorSet.validators,
    totalVotingPower: validatorSet.totalVotingPower,
    timestamp: blocks[0].header.time,
  }
}
