/** What a recorded block tells an application: what it sees of `tendermint.types.Block`. */

import { equalBytes } from '@wadi/base/bytes'
import type { BlockHeader, Misbehaviour, Vote } from '@wadi/consensus-services/kernel/block'
import type { Moment } from '@wadi/primitives/moment'
import { cometHashOfTransaction } from '@wadi/primitives/transaction'
import { merkleRoot } from '@wadi/tendermint/merkle'
import { blockTransactions, bytesField, bytesFields, integerField } from '../protobuf.ts'
import { bytesOfBase64, type RecordedBlock } from '../records.ts'

/** Field numbers of CometBFT's messages. */
const BLOCK = { header: 1, evidence: 3, lastCommit: 4 } as const
const HEADER = { height: 3, time: 4, dataHash: 7, nextValidatorsHash: 9, proposer: 14 } as const
const TIMESTAMP = { seconds: 1, nanos: 2 } as const
const COMMIT = { signatures: 4 } as const
const COMMIT_SIG = { flag: 1, validator: 2 } as const
const EVIDENCE_LIST = { evidence: 1 } as const
const EVIDENCE = { duplicateVote: 1, lightClientAttack: 2 } as const
const DUPLICATE_VOTE = { voteA: 1, timestamp: 5 } as const
const VOTE = { height: 2, validator: 6 } as const
const LIGHT_CLIENT_ATTACK = { commonHeight: 2, byzantine: 3, timestamp: 5 } as const
const VALIDATOR = { address: 1 } as const
/** The flag of a validator who did not vote at all. */
const FLAG_ABSENT = 1n

/** A block as it is fed to an application. */
export interface ReplayedBlock extends BlockHeader {
  readonly hash: Uint8Array
  readonly height: bigint
  readonly nextValidatorsHash: Uint8Array
  readonly transactions: readonly Uint8Array[]
}

function momentOf(timestamp: Uint8Array): Moment {
  return {
    seconds: integerField(timestamp, TIMESTAMP.seconds),
    nanoseconds: Number(integerField(timestamp, TIMESTAMP.nanos)),
  }
}

function voteOf(signature: Uint8Array): Vote {
  return {
    // Who is absent has no address here; nobody asks for it.
    validator: bytesField(signature, COMMIT_SIG.validator),
    hasSigned: integerField(signature, COMMIT_SIG.flag) !== FLAG_ABSENT,
  }
}

function misbehaviourOf(evidence: Uint8Array): readonly Misbehaviour[] {
  const duplicateVotes = bytesFields(evidence, EVIDENCE.duplicateVote).map((duplicate) => {
    const vote = bytesField(duplicate, DUPLICATE_VOTE.voteA)
    return {
      kind: 'duplicate-vote',
      validator: bytesField(vote, VOTE.validator),
      height: integerField(vote, VOTE.height),
      time: momentOf(bytesField(duplicate, DUPLICATE_VOTE.timestamp)),
    } as const
  })
  const attacks = bytesFields(evidence, EVIDENCE.lightClientAttack).flatMap((attack) =>
    bytesFields(attack, LIGHT_CLIENT_ATTACK.byzantine).map((validator) => {
      return {
        kind: 'light-client-attack',
        validator: bytesField(validator, VALIDATOR.address),
        height: integerField(attack, LIGHT_CLIENT_ATTACK.commonHeight),
        time: momentOf(bytesField(attack, LIGHT_CLIENT_ATTACK.timestamp)),
      } as const
    }),
  )
  return [...duplicateVotes, ...attacks]
}

/** Takes a recorded block apart. */
export function replayedBlock(record: RecordedBlock): ReplayedBlock {
  const block = bytesOfBase64(record.block)
  const header = bytesField(block, BLOCK.header)
  const lastCommit = bytesField(block, BLOCK.lastCommit)
  const evidence = bytesFields(bytesField(block, BLOCK.evidence), EVIDENCE_LIST.evidence)
  return {
    hash: Buffer.from(record.block_hash, 'hex'),
    height: integerField(header, HEADER.height),
    time: momentOf(bytesField(header, HEADER.time)),
    nextValidatorsHash: bytesField(header, HEADER.nextValidatorsHash),
    proposer: bytesField(header, HEADER.proposer),
    lastCommit: bytesFields(lastCommit, COMMIT.signatures).map(voteOf),
    misbehaviour: evidence.flatMap(misbehaviourOf),
    transactions: blockTransactions(block),
  }
}

/** Are a recorded block's transactions those that its header promises? */
export function hasPromisedTransactions(record: RecordedBlock): boolean {
  const block = bytesOfBase64(record.block)
  const dataHash = bytesField(bytesField(block, BLOCK.header), HEADER.dataHash)
  return equalBytes(dataHash, merkleRoot(blockTransactions(block).map(cometHashOfTransaction)))
}
