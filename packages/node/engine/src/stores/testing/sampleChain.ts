/** A small chain with real signatures, for tests: blocks, states and votes at any height. */

import { concatBytes, EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { encode } from '@wadi/protobuf/codec'
import { type PartSet, partSetOf, partSetOfBytes } from '@wadi/tendermint/blocks/parts'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { genesisState } from '@wadi/tendermint/chainState/genesisState'
import { makeBlock, NO_COMMIT, nextHeight } from '@wadi/tendermint/chainState/makeBlock'
import { nextState } from '@wadi/tendermint/chainState/nextState'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { Block } from '@wadi/tendermint/types/block'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { Validator } from '@wadi/tendermint/types/validator'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { ValidatorChange } from '@wadi/tendermint/validators/validatorSet'
import type { DecidedBlock } from '../contract.ts'

export const CHAIN_ID = 'sample'

const SEEDS = Array.from({ length: 4 }, (_, i) => new Uint8Array(32).fill(i + 1))
const KEYS = SEEDS.map(publicKeyOfSeed)

/** What the next block of the chain is to be. */
export interface NextBlock {
  readonly transactions?: readonly Uint8Array[]
  readonly evidence?: readonly Evidence[]
  readonly validatorUpdates?: readonly ValidatorChange[]
  /** The parts that are signed; the usual ones unless told otherwise. */
  readonly cut?: (block: Block) => PartSet
}

/** The parts of a block with a field at its end that nobody knows. */
export function oddPartSetOf(block: Block): PartSet {
  return partSetOfBytes(concatBytes(encode(Block, block), Uint8Array.of(0x7a, 0x01, 0x00)))
}

/** The key of a validator by its number. */
export function sampleKey(number: number): Uint8Array {
  return KEYS[number]!
}

function seedOf({ publicKey }: Validator): Uint8Array {
  return SEEDS[KEYS.findIndex((key) => String(key) === String(publicKey))]!
}

/** Signs a vote as the given validator of a set. */
export function signedVote(validator: Validator, vote: Omit<Vote, 'signature'>): Vote {
  const message = oasisDialect.prehash(canonicalVoteBytes(CHAIN_ID, vote))
  const { publicKey } = validator
  return { ...vote, signature: signMessage({ seed: seedOf(validator), publicKey }, message) }
}

/** See the top of this file. */
export class SampleChain {
  state: ChainState
  #lastCommit: Commit = NO_COMMIT
  readonly #signatures: 'real' | 'made-up'

  constructor(initialHeight = 1n, signatures: 'real' | 'made-up' = 'made-up') {
    this.#signatures = signatures
    this.state = genesisState({
      chainId: CHAIN_ID,
      time: { seconds: 1_700_000_000n, nanoseconds: 5 },
      initialHeight,
      consensusParams: {
        block: { maxBytes: 1_000_000n, maxGas: -1n },
        evidence: {
          maxAgeNumBlocks: 10n,
          maxAgeDuration: { seconds: 20n, nanoseconds: 0 },
          maxBytes: 10_000n,
        },
        pubKeyTypes: ['ed25519'],
        appVersion: 3n,
      },
      validators: KEYS.slice(0, 3).map((publicKey, i) => ({ publicKey, power: BigInt(10 + i) })),
    })
  }

  /** Makes, decides and applies the next block. */
  next(next: NextBlock = {}): DecidedBlock {
    const { transactions, evidence = [], validatorUpdates = [], cut = partSetOf } = next
    const { validators, proposer } = this.state.validators
    const height = nextHeight(this.state)
    const block: Block = makeBlock(this.state, {
      transactions: transactions ?? [toUtf8(`transaction of ${height}`)],
      evidence,
      lastCommit: this.#lastCommit,
      proposerAddress: proposer!.address,
    })
    const set = cut(block)
    const blockId = { hash: headerHash(block.header), partSetHeader: set.header }
    const seenCommit = this.#commit(blockId, validators)
    this.#lastCommit = seenCommit
    this.state = nextState(this.state, {
      blockId,
      header: block.header,
      results: [],
      validatorUpdates,
      consensusParamUpdates: undefined,
      appHash: new Uint8Array(32).fill(Number(height % 256n)),
    })
    return { block, parts: set.parts, seenCommit }
  }

  #commit(blockId: BlockId, validators: readonly Validator[]): Commit {
    const height = nextHeight(this.state)
    const round = 0
    const timestamp = { seconds: 1_700_000_000n + height, nanoseconds: 0 }
    const signatures = validators.map((validator, validatorIndex) => {
      const vote = {
        ...({ type: 'precommit', height, round, blockId, timestamp, validatorIndex } as const),
        validatorAddress: validator.address,
      }
      const signature =
        this.#signatures === 'real' ? signedVote(validator, vote).signature : EMPTY_BYTES
      return { flag: 'commit', validatorAddress: validator.address, timestamp, signature } as const
    })
    return { height, round, blockId, signatures }
  }
}
