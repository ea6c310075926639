import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode, size } from '@wadi/protobuf/codec'
import { commitHash, evidenceListHash, resultsHash } from '../hashing/contentHashes.ts'
import { BLOCK_SIZE_MAX, CHAIN_ID_SIZE_MAX } from '../limits.ts'
import {
  addBlock,
  beginChain,
  type SignedChain,
  signCommit,
  testKey,
  testTime,
} from '../testing/signedChain.ts'
import type { Block } from '../types/block.ts'
import type { Commit } from '../types/commit.ts'
import { type Evidence, EvidenceList } from '../types/evidence.ts'
import type { Header } from '../types/header.ts'
import { NO_TIME } from '../types/timestamp.ts'
import { ChainState } from './chainState.ts'
import { checkBlock } from './checkBlock.ts'
import { changedParams, checkConsensusParams, DEFAULT_PARAMS } from './consensusParams.ts'
import { genesisState, initialState } from './genesisState.ts'
import { makeBlock, nextHeight } from './makeBlock.ts'
import { medianTime } from './medianTime.ts'

const refusal = (reason: string) => ({ module: 'unknown', code: 1, reason })
const hash = new Uint8Array(32).fill(9)
const NO_UPDATES = {
  block: undefined,
  evidence: undefined,
  pubKeyTypes: undefined,
  appVersion: undefined,
}
const begun = beginChain([40n, 30n, 20n, 10n])
const first = addBlock(begun)
const second = addBlock(first.chain)
const third = addBlock(second.chain)

describe('the next block of a chain', () => {
  const { state, dialect } = second.chain
  const { block } = third
  const check = (changed: Block, chain = state) => checkBlock(dialect, chain, changed)
  const withHeader = (change: Partial<Header>): Block => ({
    ...block,
    header: { ...block.header, ...change },
  })

  it('follows the rules if it was made by them', () => {
    checkBlock(dialect, begun.state, first.block)
    checkBlock(dialect, first.chain.state, second.block)
    check(block)
  })

  it('is refused if its header says something else than the state', () => {
    const { version, time } = block.header
    const cases: readonly (readonly [string, Partial<Header>])[] = [
      ['otherVersion', { version: { ...version, app: 7n } }],
      ['otherChain', { chainId: 'elsewhere' }],
      ['otherHeight', { height: 2n }],
      ['otherHeight', { height: 4n }],
      ['otherLastBlock', { lastBlockId: first.blockId }],
      ['otherLastBlock', { lastBlockId: undefined }],
      ['otherAppHash', { appHash: hash }],
      ['otherParams', { consensusHash: hash }],
      ['otherResults', { lastResultsHash: hash }],
      ['otherValidators', { validatorsHash: hash }],
      ['otherNextValidators', { nextValidatorsHash: hash }],
      ['strangeProposer', { proposerAddress: new Uint8Array(20) }],
      ['otherTime', { time: { ...time, nanoseconds: time.nanoseconds + 1 } }],
      ['tooEarly', { time: state.lastBlockTime }],
    ]
    for (const [reason, change] of cases)
      assert.throws(() => check(withHeader(change)), refusal(`checkBlock.${reason}`), reason)
  })

  it('is refused if it contradicts itself, or its last commit is not final', () => {
    const bare = { ...block, transactions: [hash] }
    assert.throws(() => check(bare), refusal('basic.otherTransactions'))
    const lastCommit = { ...block.lastCommit!, round: 1 }
    const reworked = { ...withHeader({ lastCommitHash: commitHash(lastCommit) }), lastCommit }
    assert.throws(() => check(reworked), refusal('verifyCommit.badSignature'))
  })

  it('of a chain that begins has the time of genesis, and no commit', () => {
    const { time } = first.block.header
    assert.deepEqual(time, testTime(0))
    const late = { ...first.block.header, time: testTime(1) }
    const checkFirst = (changed: Block) => check(changed, begun.state)
    assert.throws(
      () => checkFirst({ ...first.block, header: late }),
      refusal('checkBlock.otherTime'),
    )
    const lastCommit = block.lastCommit!
    const header = { ...first.block.header, lastCommitHash: commitHash(lastCommit) }
    const followed = { ...first.block, lastCommit, header }
    assert.throws(() => checkFirst(followed), refusal('checkBlock.firstWithCommit'))
    const later = { ...state, initialHeight: 4n }
    assert.throws(() => check(block, later), refusal('checkBlock.otherHeight'))
    const tenth = { ...begun.state, initialHeight: 10n }
    assert.throws(() => check(first.block, tenth), refusal('checkBlock.otherHeight'))
    assert.equal(nextHeight(tenth), 10n)
  })

  it('has no more evidence than allowed', () => {
    const vote = {
      type: 'prevote',
      height: 1n,
      round: 0,
      blockId: undefined,
      timestamp: testTime(1),
      validatorAddress: new Uint8Array(20),
      validatorIndex: 0,
      signature: new Uint8Array(64),
    } as const
    const evidence: Evidence = {
      kind: 'duplicate-vote',
      body: {
        voteA: vote,
        voteB: { ...vote, blockId: first.blockId },
        totalVotingPower: 100n,
        validatorPower: 40n,
        timestamp: testTime(1),
      },
    }
    const header = { ...block.header, evidenceHash: evidenceListHash([evidence]) }
    const accusing = { ...block, header, evidence: [evidence] }
    check(accusing)
    const evidenceSize = BigInt(size(EvidenceList, { evidence: [evidence] }))
    for (const [maxBytes, isAllowed] of [
      [evidenceSize, true],
      [evidenceSize - 1n, false],
    ] as const) {
      const limits = { ...state.consensusParams.evidence, maxBytes }
      const strict = { ...state, consensusParams: { ...state.consensusParams, evidence: limits } }
      if (isAllowed) check(accusing, strict)
      else assert.throws(() => check(accusing, strict), refusal('checkBlock.tooMuchEvidence'))
    }
  })
})

describe('the state after a block', () => {
  const updates = [
    { publicKey: testKey(5).publicKey, power: 50n },
    { publicKey: testKey(3).publicKey, power: 0n },
  ]

  it('moves validators up, and changes those of the block after the next', () => {
    const { chain } = addBlock(begun, { result: { validatorUpdates: updates } })
    const { state } = chain
    assert.equal(state.lastBlockHeight, 1n)
    assert.equal(state.lastValidators, begun.state.validators)
    assert.equal(state.validators, begun.state.nextValidators)
    assert.deepEqual(
      state.nextValidators.validators.map(({ votingPower }) => votingPower),
      [50n, 40n, 30n, 20n],
    )
    assert.equal(state.lastHeightValidatorsChanged, 3n)
    const { state: later } = addBlock({ ...chain, keys: [...chain.keys, testKey(5)] }).chain
    assert.equal(later.lastHeightValidatorsChanged, 3n)
    assert.equal(later.validators, state.nextValidators)
  })

  it('goes on with changed validators, who sign from then on', () => {
    let chain: SignedChain = { ...begun, keys: [...begun.keys, testKey(4), testKey(5)] }
    for (let i = 0; i < 4; i++) {
      const added = addBlock(chain, i === 0 ? { result: { validatorUpdates: updates } } : {})
      checkBlock(chain.dialect, chain.state, added.block)
      chain = added.chain
    }
    assert.equal(chain.lastCommit.signatures.length, 4)
    assert.equal(chain.state.lastValidators.totalVotingPower, 140n)
  })

  it('takes changed parameters and the version of the application', () => {
    const consensusParamUpdates = {
      ...NO_UPDATES,
      block: { maxBytes: 2_000_000n, maxGas: 5n },
      appVersion: 7n,
    }
    const { state } = addBlock(begun, { result: { consensusParamUpdates } }).chain
    assert.deepEqual(state.version, { block: 11n, app: 7n })
    assert.equal(state.consensusParams.block.maxGas, 5n)
    assert.equal(state.lastHeightConsensusParamsChanged, 2n)
    assert.equal(first.chain.state.lastHeightConsensusParamsChanged, 1n)
  })

  it('has the hash of the results, and of the application', () => {
    const results = [{ code: 1, data: hash, gasWanted: 2n, gasUsed: 3n }]
    const { state } = addBlock(begun, { result: { results, appHash: hash } }).chain
    assert.deepEqual(state.lastResultsHash, resultsHash(results))
    assert.deepEqual(state.appHash, hash)
  })

  it('is refused if no chain can go on so', () => {
    const wrong = (result: Parameters<typeof addBlock>[1] & object, reason: string) =>
      assert.throws(() => addBlock(begun, result), refusal(reason))
    const removed = [{ publicKey: hash, power: 0n }]
    wrong({ result: { validatorUpdates: removed } }, 'validatorSet.unknownValidator')
    const block = { maxBytes: 0n, maxGas: 0n }
    const noRoom = { ...NO_UPDATES, block }
    wrong({ result: { consensusParamUpdates: noRoom } }, 'consensusParams.badBlockSize')
    const pubKeyTypes = ['secp256k1']
    const { chain } = addBlock(begun, {
      result: { consensusParamUpdates: { ...NO_UPDATES, pubKeyTypes } },
    })
    const adding = { result: { validatorUpdates: updates } }
    assert.throws(() => addBlock(chain, adding), refusal('nextState.badKeyType'))
  })

  it('is kept as it was', () => {
    for (const { state } of [begun, first.chain, third.chain])
      assert.deepEqual(decode(ChainState, encode(ChainState, state)), state)
  })
})

describe('the state before the first block', () => {
  const genesis = {
    chainId: 'c',
    time: testTime(0),
    initialHeight: 0n,
    consensusParams: NO_UPDATES,
    validators: [{ publicKey: testKey(0).publicKey, power: 1n }],
  }
  const answer = { consensusParams: undefined, validators: [], appHash: hash }

  it('is what genesis and the application say', () => {
    const state = genesisState(genesis)
    assert.equal(state.initialHeight, 1n)
    assert.deepEqual(state.consensusParams, DEFAULT_PARAMS)
    const asked = initialState(state, {
      ...answer,
      consensusParams: { ...NO_UPDATES, appVersion: 5n },
      validators: [{ publicKey: testKey(1).publicKey, power: 9n }],
    })
    assert.equal(asked.version.app, 5n)
    assert.equal(asked.validators.totalVotingPower, 9n)
    assert.deepEqual(asked.appHash, hash)
    assert.deepEqual(asked.lastResultsHash, resultsHash([]))
  })

  it('needs a name, a height, powers and validators', () => {
    const wrong = (change: Partial<typeof genesis>, reason: string) =>
      assert.throws(
        () => initialState(genesisState({ ...genesis, ...change }), answer),
        refusal(`genesisState.${reason}`),
      )
    genesisState({ ...genesis, chainId: 'x'.repeat(CHAIN_ID_SIZE_MAX) })
    wrong({ chainId: '' }, 'badChainId')
    wrong({ chainId: 'x'.repeat(CHAIN_ID_SIZE_MAX + 1) }, 'badChainId')
    wrong({ initialHeight: -1n }, 'badHeight')
    wrong({ validators: [{ publicKey: hash, power: 0n }] }, 'noPower')
    wrong({ validators: [] }, 'noValidators')
  })
})

describe('consensus parameters', () => {
  it('are changed one by one, and checked', () => {
    const { block, evidence } = DEFAULT_PARAMS
    const check = (change: Partial<typeof NO_UPDATES> | object) =>
      checkConsensusParams(changedParams(DEFAULT_PARAMS, { ...NO_UPDATES, ...change }))
    const largest = BigInt(BLOCK_SIZE_MAX)
    check({})
    check({ block: { maxBytes: largest, maxGas: -1n }, pubKeyTypes: ['secp256k1'] })
    check({ evidence: { ...evidence, maxBytes: block.maxBytes } })
    const cases: readonly (readonly [string, object])[] = [
      ['badBlockSize', { block: { ...block, maxBytes: 0n } }],
      ['badBlockSize', { block: { ...block, maxBytes: largest + 1n } }],
      ['badBlockGas', { block: { ...block, maxGas: -2n } }],
      ['badEvidenceAge', { evidence: { ...evidence, maxAgeNumBlocks: 0n } }],
      [
        'badEvidenceAge',
        { evidence: { ...evidence, maxAgeDuration: { seconds: 0n, nanoseconds: 0 } } },
      ],
      ['badEvidenceSize', { evidence: { ...evidence, maxBytes: -1n } }],
      ['badEvidenceSize', { evidence: { ...evidence, maxBytes: block.maxBytes + 1n } }],
      ['badKeyTypes', { pubKeyTypes: [] }],
      ['badKeyTypes', { pubKeyTypes: ['ed25519', 'rsa'] }],
    ]
    for (const [reason, change] of cases)
      assert.throws(() => check(change), refusal(`consensusParams.${reason}`), reason)
  })
})

describe('the time of a block', () => {
  const { validators } = begun.state
  const commitAt = (...seconds: readonly (number | undefined)[]): Commit => {
    const poll = { validators, blockId: first.blockId, height: 1n, round: 0 }
    return signCommit(begun, poll, (i) => {
      const time = seconds[i]
      return time === undefined ? undefined : { blockId: first.blockId, timestamp: testTime(time) }
    })
  }

  it('is the median of the votes by power', () => {
    // Powers are 40, 30, 20 and 10.
    assert.deepEqual(medianTime(commitAt(1, 2, 3, 4), validators), testTime(2))
    assert.deepEqual(medianTime(commitAt(4, 3, 2, 1), validators), testTime(3))
    assert.deepEqual(medianTime(commitAt(9, 1, undefined, 1), validators), testTime(1))
    assert.deepEqual(medianTime(commitAt(9, undefined, undefined, 1), validators), testTime(9))
    assert.deepEqual(medianTime({ ...commitAt(), signatures: [] }, validators), NO_TIME)
  })

  it('orders times by 64 bits of nanoseconds, as CometBFT does', () => {
    const commit = commitAt(5, 6, 7, 8)
    // After the year 2262 the order wraps around: the latest becomes the earliest.
    const timestamp = { seconds: 9_300_000_000n, nanoseconds: 0 }
    const [latest, ...rest] = commit.signatures
    assert.ok(latest?.flag === 'commit')
    const signatures = [{ ...latest, timestamp }, ...rest]
    assert.deepEqual(medianTime({ ...commit, signatures }, validators), testTime(6))
  })

  it('is not known if somebody signed who is no validator', () => {
    const [, ...rest] = validators.validators
    const others = { ...validators, validators: rest }
    const refused = refusal('medianTime.unknownValidator')
    assert.throws(() => medianTime(commitAt(1, 1, 1, 1), others), refused)
  })

  it('comes from nobody in the first block', () => {
    const content = { ...first.block, proposerAddress: first.block.header.proposerAddress }
    const lastCommit = commitAt(1, 1, 1, 1)
    assert.throws(() => makeBlock(begun.state, { ...content, lastCommit }), { name: 'BugError' })
  })
})
