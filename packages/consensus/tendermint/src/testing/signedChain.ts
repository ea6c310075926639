/** A small chain for tests, with real keys: every block follows the rules and is signed. */

import { publicKeyOfSeed, type SigningKey, signMessage } from '@wadi/crypto/ed25519/sign'
import type { Moment } from '@wadi/primitives/moment'
import { blockIdOf, partSetOf } from '../blocks/parts.ts'
import type { ChainState } from '../chainState/chainState.ts'
import { genesisState, initialState } from '../chainState/genesisState.ts'
import { type BlockContent, makeBlock, NO_COMMIT } from '../chainState/makeBlock.ts'
import { type ExecutedBlock, nextState } from '../chainState/nextState.ts'
import { oasisDialect, type SignatureDialect } from '../dialect.ts'
import { canonicalVoteBytes } from '../signBytes.ts'
import type { Block } from '../types/block.ts'
import type { BlockId } from '../types/blockId.ts'
import type { Commit, CommitSig } from '../types/commit.ts'
import type { ValidatorSet } from '../types/validatorSet.ts'
import type { Vote } from '../types/vote.ts'
import { validatorAddress } from '../validatorAddress.ts'

/** A key with its address. */
export interface TestKey extends SigningKey {
  readonly address: Uint8Array
}

/** The key of a number. */
export function testKey(number: number): TestKey {
  const seed = new Uint8Array(32).fill(number + 1)
  const publicKey = publicKeyOfSeed(seed)
  return { seed, publicKey, address: validatorAddress(publicKey) }
}

/** The first block's time, and the seconds after it. */
export function testTime(seconds: number): Moment {
  return { seconds: 1_700_000_000n + BigInt(seconds), nanoseconds: 5 }
}

/** A chain, and the keys of its validators by address in hexadecimal or by number. */
export interface SignedChain {
  readonly keys: readonly TestKey[]
  readonly dialect: SignatureDialect
  readonly state: ChainState
  readonly lastCommit: Commit
}

/** A chain before its first block; validator i has the i-th power. */
export function beginChain(
  powers: readonly bigint[],
  dialect: SignatureDialect = oasisDialect,
): SignedChain {
  const keys = powers.map((_, i) => testKey(i))
  const genesis = genesisState({
    chainId: 'test-chain',
    time: testTime(0),
    initialHeight: 1n,
    consensusParams: {
      block: undefined,
      evidence: undefined,
      pubKeyTypes: undefined,
      appVersion: undefined,
    },
    validators: keys.map(({ publicKey }, i) => ({ publicKey, power: powers[i]! })),
  })
  const answer = { consensusParams: undefined, validators: [], appHash: new Uint8Array(32) }
  return { keys, dialect, state: initialState(genesis, answer), lastCommit: NO_COMMIT }
}

/** How somebody votes; undefined: not at all. */
export type Ballot = Pick<Vote, 'blockId' | 'timestamp'> | undefined

/** What is voted on. */
export interface Poll {
  readonly validators: ValidatorSet
  readonly blockId: BlockId
  readonly height: bigint
  readonly round: number
}

/** The signature of a vote. */
export function signVote(
  { dialect, state }: Pick<SignedChain, 'dialect' | 'state'>,
  key: TestKey,
  vote: Omit<Vote, 'signature' | 'validatorAddress' | 'validatorIndex'>,
): Uint8Array {
  return signMessage(key, dialect.prehash(canonicalVoteBytes(state.chainId, vote)))
}

/** A commit in which every validator votes as its ballot says. */
export function signCommit(
  chain: SignedChain,
  { validators, blockId, height, round }: Poll,
  ballotOf: (index: number) => Ballot,
): Commit {
  const keyOf = (address: Uint8Array): TestKey =>
    chain.keys.find((key) => key.address.every((byte, i) => byte === address[i]))!
  const signatures = validators.validators.map(({ address }, index): CommitSig => {
    const ballot = ballotOf(index)
    if (ballot === undefined) return { flag: 'absent' }
    const vote = { type: 'precommit', height, round, ...ballot } as const
    return {
      flag: ballot.blockId === undefined ? 'nil' : 'commit',
      validatorAddress: address,
      timestamp: ballot.timestamp,
      signature: signVote(chain, keyOf(address), vote),
    }
  })
  return { height, round, blockId, signatures }
}

/** A block that was added. */
export interface AddedBlock {
  readonly block: Block
  readonly blockId: BlockId
  readonly chain: SignedChain
}

/** What differs from an empty block that nothing comes of. */
export interface BlockOptions {
  readonly content?: Partial<BlockContent>
  readonly result?: Partial<ExecutedBlock>
}

/** Adds a block, which everybody signs a second later. */
export function addBlock(chain: SignedChain, options: BlockOptions = {}): AddedBlock {
  const { state, lastCommit } = chain
  const block = makeBlock(state, {
    transactions: [],
    evidence: [],
    lastCommit,
    proposerAddress: state.validators.proposer!.address,
    ...options.content,
  })
  const blockId = blockIdOf(block, partSetOf(block))
  const { height } = block.header
  const timestamp = testTime(Number(height))
  const poll = { validators: state.validators, blockId, height, round: 0 }
  const commit = signCommit(chain, poll, () => ({ blockId, timestamp }))
  const next = nextState(state, {
    blockId,
    header: block.header,
    results: [],
    validatorUpdates: [],
    consensusParamUpdates: undefined,
    appHash: new Uint8Array(32).fill(Number(height)),
    ...options.result,
  })
  return { block, blockId, chain: { ...chain, state: next, lastCommit: commit } }
}
