import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CHAIN_ID_SIZE_MAX, PART_SIZE, PROOF_HASHES_MAX, SIGNATURE_SIZE_MAX } from '../limits.ts'
import { addBlock, beginChain, testTime } from '../testing/signedChain.ts'
import type { Block } from '../types/block.ts'
import { NO_BLOCK_ID } from '../types/blockId.ts'
import type { Evidence } from '../types/evidence.ts'
import type { Header } from '../types/header.ts'
import type { LightBlock } from '../types/lightBlock.ts'
import type { Part } from '../types/part.ts'
import type { Proposal } from '../types/proposal.ts'
import type { Vote } from '../types/vote.ts'
import { checkBlockBasics } from './checkBlockBasics.ts'
import { checkCommit } from './checkCommit.ts'
import { checkEvidence, compareVotedBlocks } from './checkEvidence.ts'
import { checkHeader } from './checkHeader.ts'
import { checkLightBlock } from './checkLightBlock.ts'
import { checkPart } from './checkPart.ts'
import { checkProposal, checkVote } from './checkVote.ts'

const refusal = (name: string) => ({ module: 'unknown', code: 1, reason: `basic.${name}` })
const bytes = (size: number) => new Uint8Array(size).fill(9)
const hash = bytes(32)
const blockId = { hash, partSetHeader: { total: 1, hash } }
const first = addBlock(beginChain([3n, 2n]))
const { block, chain } = addBlock(first.chain, { content: { transactions: [hash] } })
const { header, lastCommit } = block

/** Each change is refused for its reason. */
function assertRefused<T>(
  check: (value: T) => void,
  value: T,
  cases: readonly (readonly [reason: string, change: Partial<T>])[],
): void {
  check(value)
  for (const [reason, change] of cases)
    assert.throws(() => check({ ...value, ...change }), refusal(reason), JSON.stringify(reason))
}

describe('a header', () => {
  it('has sizes and a height that headers have', () => {
    const hashes = [
      'lastCommitHash',
      'dataHash',
      'evidenceHash',
      'validatorsHash',
      'nextValidatorsHash',
      'consensusHash',
      'lastResultsHash',
    ] as const
    assertRefused<Header>(checkHeader, header, [
      ['badVersion', { version: { block: 10n, app: 0n } }],
      ['badChainId', { chainId: 'x'.repeat(CHAIN_ID_SIZE_MAX + 1) }],
      ['badChainId', { chainId: `${'x'.repeat(CHAIN_ID_SIZE_MAX - 1)}é` }],
      ['badHeight', { height: 0n }],
      ['badHeight', { height: -1n }],
      ['badHash', { lastBlockId: { ...blockId, hash: bytes(31) } }],
      ['badHash', { lastBlockId: { hash, partSetHeader: { total: 1, hash: bytes(33) } } }],
      ['badAddress', { proposerAddress: bytes(19) }],
      ...hashes.map((name) => ['badHash', { [name]: bytes(31) }] as const),
    ])
    checkHeader({ ...header, chainId: 'x'.repeat(CHAIN_ID_SIZE_MAX), appHash: bytes(99) })
    for (const name of hashes) checkHeader({ ...header, [name]: bytes(0) })
  })
})

describe('a commit', () => {
  const signature = lastCommit!.signatures[0]!
  assert.ok(signature.flag === 'commit')

  it('is of a block, and has signatures', () => {
    assertRefused(checkCommit, lastCommit!, [
      ['badHeight', { height: -1n }],
      ['badRound', { round: -1 }],
      ['badBlockId', { blockId: NO_BLOCK_ID }],
      ['badHash', { blockId: { ...blockId, hash: bytes(31) } }],
      ['noSignatures', { signatures: [] }],
      ['badAddress', { signatures: [{ ...signature, validatorAddress: bytes(21) }] }],
      ['badSignature', { signatures: [{ ...signature, signature: bytes(0) }] }],
      [
        'badSignature',
        { signatures: [{ ...signature, signature: bytes(SIGNATURE_SIZE_MAX + 1) }] },
      ],
    ])
    checkCommit({ height: 0n, round: 0, blockId: NO_BLOCK_ID, signatures: [] })
  })
})

const vote: Vote = {
  type: 'precommit',
  height: 1n,
  round: 0,
  blockId,
  timestamp: testTime(1),
  validatorAddress: bytes(20),
  validatorIndex: 0,
  signature: bytes(SIGNATURE_SIZE_MAX),
}

describe('a vote', () => {
  it('is for a whole block or for none', () => {
    assertRefused(checkVote, vote, [
      ['badHeight', { height: 0n }],
      ['badRound', { round: -1 }],
      ['badBlockId', { blockId: { ...blockId, hash: bytes(0) } }],
      ['badBlockId', { blockId: { hash, partSetHeader: { total: 0, hash } } }],
      ['badAddress', { validatorAddress: bytes(0) }],
      ['badIndex', { validatorIndex: -1 }],
      ['badSignature', { signature: bytes(0) }],
      ['badSignature', { signature: bytes(SIGNATURE_SIZE_MAX + 1) }],
    ])
    checkVote({ ...vote, blockId: undefined })
  })
})

describe('a proposal', () => {
  it('is of a whole block', () => {
    const { height, round, timestamp, signature } = vote
    const proposal: Proposal = { height, round, polRound: -1, blockId, timestamp, signature }
    assertRefused(checkProposal, proposal, [
      ['badHeight', { height: -1n }],
      ['badRound', { round: -1 }],
      ['badRound', { polRound: -2 }],
      ['badBlockId', { blockId: NO_BLOCK_ID }],
      ['badSignature', { signature: bytes(0) }],
    ])
    checkProposal({ ...proposal, height: 0n })
  })
})

describe('a part', () => {
  it('is full unless it is the last one, and has its own proof', () => {
    const proof = { total: 2n, index: 0n, leafHash: hash, aunts: [hash] }
    const aunts = Array<Uint8Array>(PROOF_HASHES_MAX).fill(hash)
    assertRefused<Part>(checkPart, { index: 0, bytes: bytes(PART_SIZE), proof }, [
      ['badPartSize', { bytes: bytes(PART_SIZE + 1) }],
      ['badPartSize', { bytes: bytes(PART_SIZE - 1) }],
      ['otherPart', { index: 1 }],
      ['badProof', { proof: { ...proof, total: -1n } }],
      ['badProof', { proof: { ...proof, leafHash: bytes(31) } }],
      ['badProof', { proof: { ...proof, aunts: [bytes(31)] } }],
      ['badProof', { proof: { ...proof, aunts: [...aunts, hash] } }],
    ])
    checkPart({ index: 0, bytes: bytes(PART_SIZE), proof: { ...proof, aunts } })
    checkPart({ index: 1, bytes: bytes(1), proof: { ...proof, index: 1n } })
  })
})

describe('a light block', () => {
  const signedHeader = { header, commit: chain.lastCommit }
  const validatorSet = chain.state.lastValidators

  it('has a commit of its header, and the validators of its header', () => {
    const check = (value: LightBlock) => checkLightBlock(value, header.chainId)
    const { commit } = signedHeader
    assertRefused(check, { signedHeader, validatorSet }, [
      ['badHeight', { signedHeader: { header, commit: { ...commit, height: 1n } } }],
      ['otherHeader', { signedHeader: { header, commit: { ...commit, blockId } } }],
      ['otherValidators', { validatorSet: { ...validatorSet, validators: [] } }],
    ])
    const elsewhere = () => checkLightBlock({ signedHeader, validatorSet }, 'elsewhere')
    assert.throws(elsewhere, refusal('badChainId'))
  })
})

describe('evidence', () => {
  const duplicate = (voteA: Vote, voteB: Vote): Evidence => ({
    kind: 'duplicate-vote',
    body: { voteA, voteB, totalVotingPower: 5n, validatorPower: 3n, timestamp: testTime(1) },
  })
  const nil = { ...vote, blockId: undefined }

  it('of two votes has them in the order of what they are for', () => {
    checkEvidence(duplicate(nil, vote))
    assert.throws(() => checkEvidence(duplicate(vote, nil)), refusal('badOrder'))
    assert.throws(() => checkEvidence(duplicate(vote, vote)), refusal('badOrder'))
    assert.throws(() => checkEvidence(duplicate(nil, { ...vote, round: -1 })), refusal('badRound'))
    assert.equal(compareVotedBlocks(undefined, undefined), 0)
    assert.ok(compareVotedBlocks(undefined, blockId) < 0)
  })

  it('of an attack has powers and heights that can be', () => {
    const body = {
      conflictingBlock: {
        signedHeader: { header, commit: chain.lastCommit },
        validatorSet: chain.state.lastValidators,
      },
      commonHeight: 2n,
      byzantineValidators: [],
      totalVotingPower: 5n,
      timestamp: testTime(1),
    }
    const check = (value: typeof body) =>
      checkEvidence({ kind: 'light-client-attack', body: value })
    assertRefused(check, body, [
      ['badPower', { totalVotingPower: 0n }],
      ['badHeight', { commonHeight: 0n }],
      ['badHeight', { commonHeight: 3n }],
    ])
  })
})

describe('a block', () => {
  it('has what its header promises', () => {
    const emptyCommit = { height: 0n, round: 0, blockId: NO_BLOCK_ID, signatures: [] }
    const evidence: Evidence = {
      kind: 'duplicate-vote',
      body: {
        voteA: { ...vote, blockId: undefined },
        voteB: vote,
        totalVotingPower: 5n,
        validatorPower: 3n,
        timestamp: testTime(1),
      },
    }
    assertRefused<Block>(checkBlockBasics, block, [
      ['badHeight', { header: { ...header, height: 0n } }],
      ['noLastCommit', { lastCommit: undefined }],
      ['badRound', { lastCommit: { ...lastCommit!, round: -1 } }],
      ['otherLastCommit', { lastCommit: emptyCommit }],
      ['otherTransactions', { transactions: [] }],
      ['otherEvidence', { evidence: [evidence] }],
    ])
  })
})
