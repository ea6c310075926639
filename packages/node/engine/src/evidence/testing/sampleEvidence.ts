/** Evidence of a sample chain of thirty blocks, and pools that judge it. */

import { createLogger, SILENT } from '@wadi/base/log'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { Evidence, LightClientAttackEvidence } from '@wadi/tendermint/types/evidence'
import type { Header } from '@wadi/tendermint/types/header'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { BlockStore, StateStore } from '../../stores/contract.ts'
import { SampleChain, signedVote } from '../../stores/testing/sampleChain.ts'
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
  readonly pool: EvidencePool
}

export function openPool(height: number, files = new MemoryFiles(), more = {}): Setup {
  const options: EvidencePoolOptions = {
    files,
    path: 'evidence',
    chain: 'c',
    log: createLogger('evidence', SILENT),
    dialect: oasisDialect,
    blockStore: blockStoreAt(height),
    stateStore,
    state: STATES[height]!,
    ...more,
  }
  return { files, pool: new EvidencePool(options) }
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

/** A block that is not of the chain, signed by all of its validators. */
export function attack(
  commonHeight: bigint,
  height: bigint,
  change: Partial<Header> = { appHash: new Uint8Array(32).fill(99) },
): Evidence {
  const header = { ...DECIDED[Number(height) - 1]!.block.header, ...change }
  const validatorSet = STATES[Number(height) - 1]!.validators
  const common = STATES[Number(commonHeight) - 1]!.validators
  const body: LightClientAttackEvidence = {
    conflictingBlock: {
      signedHeader: { header, commit: commitTo(header, validatorSet) },
      validatorSet,
    },
    commonHeight,
    byzantineValidators: common.validators,
    totalVotingPower: common.totalVotingPower,
    timestamp: DECIDED[Number(commonHeight) - 1]!.block.header.time,
  }
  return { kind: 'light-client-attack', body }
}

function commitTo(header: Header, { validators }: ValidatorSet): Commit {
  const hash = headerHash(header)
  const blockId = { hash, partSetHeader: { total: 1, hash } }
  const { height, time: timestamp } = header
  const signatures = validators.map((validator, validatorIndex) => {
    const { address: validatorAddress } = validator
    const place = { type: 'precommit', height, round: 0, validatorIndex, validatorAddress } as const
    const { signature } = signedVote(validator, { ...place, blockId, timestamp })
    return { flag: 'commit', validatorAddress, timestamp, signature } as const
  })
  return { height, round: 0, blockId, signatures }
}
