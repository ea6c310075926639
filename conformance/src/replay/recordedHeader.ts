/** What a recorded block tells an application: what it sees of `tendermint.types.Block`. */

import { equalBytes } from '@wadi/base/bytes'
import type { BlockHeader, Misbehaviour, Vote } from '@wadi/consensus-services/kernel/block'
import { dataHashOf } from '@wadi/tendermint/transactionProof'
import type { CommitSig } from '@wadi/tendermint/types/commit'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import { blockOfRecord, type RecordedBlock } from '../records.ts'

/** A block as it is fed to an application. */
export interface ReplayedBlock extends BlockHeader {
  readonly hash: Uint8Array
  readonly height: bigint
  readonly nextValidatorsHash: Uint8Array
  readonly transactions: readonly Uint8Array[]
}

const NO_ADDRESS = new Uint8Array(0)

function voteOf(signature: CommitSig): Vote {
  // Who is absent has no address here; nobody asks for it.
  if (signature.flag === 'absent') return { validator: NO_ADDRESS, hasSigned: false }
  return { validator: signature.validatorAddress, hasSigned: true }
}

function misbehaviourOf({ kind, body }: Evidence): readonly Misbehaviour[] {
  if (kind === 'duplicate-vote') {
    const { voteA, timestamp } = body
    return [{ kind, validator: voteA.validatorAddress, height: voteA.height, time: timestamp }]
  }
  const { byzantineValidators, commonHeight, timestamp } = body
  return byzantineValidators.map(({ address }) => {
    return { kind, validator: address, height: commonHeight, time: timestamp }
  })
}

/** Takes a recorded block apart. */
export function replayedBlock(record: RecordedBlock): ReplayedBlock {
  const { header, lastCommit, evidence, transactions } = blockOfRecord(record)
  return {
    hash: Buffer.from(record.block_hash, 'hex'),
    height: header.height,
    time: header.time,
    nextValidatorsHash: header.nextValidatorsHash,
    proposer: header.proposerAddress,
    lastCommit: (lastCommit?.signatures ?? []).map(voteOf),
    misbehaviour: evidence.flatMap(misbehaviourOf),
    transactions,
  }
}

/** Are a recorded block's transactions those that its header promises? */
export function hasPromisedTransactions(record: RecordedBlock): boolean {
  const { header, transactions } = blockOfRecord(record)
  return equalBytes(header.dataHash, dataHashOf(transactions))
}
