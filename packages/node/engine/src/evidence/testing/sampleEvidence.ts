/** Evidence of a sample chain of thirty blocks, and pools that judge it. */

import { createLogger, SILENT } from '@wadi/base/log'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { oasisDialect } from '@wadi/tendermint/dialect'
import type { Evidence, LightClientAttackEvidence } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { BlockStore, StateStore } from '../../stores/contract.ts'
import { SampleChain, signedVote } from '../../stores/testing/sampleChain.ts'
import type { AttackClaim } from '../attackClaim.ts'
import { EvidencePool, type EvidencePoolOptions } from '../evidencePool.ts'

const chain = new SampleChain(1n, 'real')
export const STATES: ChainState[] = [chain.state]
const DECIDED = Array.from({ length: 30 }, () => {
  const decided = chain.next()
  STATES.push(chain.state)
  return decided
})

function blockStoreAt(height: number): Pick<BlockStore, 'loadMeta' | 'loadCommit'> {
  const header = (at: bigint) => (at > height ? undefined : DECIDED[Number(at) - 1]?.block.header)
  return {
    loadMeta(at) {
      const found = header(at)
      if (found === undefined) return undefined
      const { blockId } = DECIDED[Number(at) - 1]!.seenCommit
      return { blockId, header: found, blockSize: 0n, txCount: 0n }
    },
    loadCommit: (at) => (at >= height ? undefined : DECIDED[Number(at) - 1]?.seenCommit),
  }
}

const stateStore: Pick<StateStore, 'loadVoters'> = {
  loadVoters: (height) => STATES[Number(height) - 1]?.validators,
}

export interface Setup {
  readonly files: MemoryFiles
  readonly claims: AttackClaim[]
  readonly pool: EvidencePool
}

export function openPool(height: number, files = new MemoryFiles(), more = {}): Setup {
  const claims: AttackClaim[] = []
  const options: EvidencePoolOptions = {
    files,
    path: 'evidence',
    chain: 'c',
    log: createLogger('evidence', SILENT),
    dialect: oasisDialect,
    blockStore: blockStoreAt(height),
    stateStore,
    state: STATES[height]!,
    verifyAttack: (claim) => void claims.push(claim),
    ...more,
  }
  return { files, claims, pool: new EvidencePool(options) }
}

/** Two precommits of a validator for different blocks. */
export function votes(height: bigint, number = 0, round = 0): [Vote, Vote] {
  const validator = STATES[Number(height) - 1]!.validators.validators[number]!
  const make = (fill: number): Vote =>
    signedVote(validator, {
      type: 'precommit',
      height,
      round,
      blockId: {
        hash: new Uint8Array(32).fill(fill),
        partSetHeader: { total: 1, hash: new Uint8Array(32).fill(fill) },
      },
      timestamp: { seconds: 1_700_000_100n, nanoseconds: fill },
      validatorAddress: validator.address,
      validatorIndex: number,
    })
  return [make(1), make(2)]
}

export type Body = Extract<Evidence, { kind: 'duplicate-vote' }>['body']

export function evidenceOf(
  height: bigint,
  number = 0,
  change: Partial<Body> = {},
  round = 0,
): Evidence {
  const [voteA, voteB] = votes(height, number, round)
  const { validators } = STATES[Number(height) - 1]!
  const body = {
    voteA,
    voteB,
    totalVotingPower: validators.totalVotingPower,
    validatorPower: validators.validators[number]!.votingPower,
    timestamp: DECIDED[Number(height) - 1]!.block.header.time,
    ...change,
  }
  return { kind: 'duplicate-vote', body }
}

export function attack(commonHeight: bigint, height: bigint): Evidence {
  const { block, seenCommit } = DECIDED[Number(height) - 1]!
  const body: LightClientAttackEvidence = {
    conflictingBlock: {
      signedHeader: { header: block.header, commit: seenCommit },
      validatorSet: STATES[0]!.validators,
    },
    commonHeight,
    byzantineValidators: [],
    totalVotingPower: 33n,
    timestamp: DECIDED[Number(commonHeight) - 1]!.block.header.time,
  }
  return { kind: 'light-client-attack', body }
}
