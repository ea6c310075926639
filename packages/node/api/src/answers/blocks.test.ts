import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOfBlock } from '@wadi/consensus-services/application/answerOfBlock'
import { decode } from '@wadi/protobuf/codec'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { Commit } from '@wadi/tendermint/types/commit'
import { Header } from '@wadi/tendermint/types/header'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import { blockAt } from '../heights.ts'
import { TestChain } from '../testing/testChain.ts'
import { lightBlockAt, validatorsAnswerAt } from './blocks.ts'

function chainOf(count: number): TestChain {
  const chain = new TestChain()
  for (let i = 0; i < count; i++) chain.add()
  return chain
}

describe('the answer about a block', () => {
  it('has header and commit as they were signed, and the state before the block', () => {
    const block = blockAt(chainOf(2), 2n)
    const answer = answerOfBlock(block)
    assert.deepEqual(decode(Header, answer.meta.header), block.header)
    assert.deepEqual(decode(Commit, answer.meta.lastCommit), block.lastCommit)
    assert.deepEqual(answer.hash, headerHash(block.header))
    assert.equal(answer.stateRoot.version, 1n)
    assert.deepEqual(answer.stateRoot.hash, block.header.appHash)
    assert.equal(answer.time, block.header.time.seconds)
  })
})

describe('a light block', () => {
  it('has the commit that the next block carries, or the one that was seen here', () => {
    const chain = chainOf(3)
    for (const height of [1n, 2n, 3n]) {
      const light = decode(LightBlock, lightBlockAt(chain, height).meta)
      assert.deepEqual(light.signedHeader.header, blockAt(chain, height).header)
      assert.equal(light.signedHeader.commit.height, height)
    }
    assert.equal(lightBlockAt(chain, 0n).height, 3n)
  })

  it('of a height to come has only those who decide about it', () => {
    const chain = chainOf(2)
    const { meta } = lightBlockAt(chain, 3n)
    assert.ok(meta.length < lightBlockAt(chain, 2n).meta.length)
    assert.throws(() => decode(LightBlock, meta), { module: 'unknown' })
  })

  it('is refused where nobody knows yet who decides, and where the block is gone', () => {
    const chain = chainOf(3)
    for (const height of [-1n, 6n])
      assert.throws(() => lightBlockAt(chain, height), { module: 'consensus', code: 3 })
    chain.base = 2n
    const message =
      'cometbft: failed to find block commit: height 1 is not available, lowest height is 2'
    assert.throws(() => lightBlockAt(chain, 1n), { message })
    assert.throws(() => lightBlockAt(chainOf(0), 0n), { module: 'consensus', code: 1 })
  })

  it('is refused where its commit is damaged', () => {
    const chain = chainOf(2)
    const blocks = { ...chain.blocks, base: 1n, height: 2n, loadMeta: () => undefined }
    const source = { blocks, states: chain.states, lastHeight: 2n } as never
    assert.throws(() => lightBlockAt(source, 1n), { message: 'cometbft: block commit not found' })
  })
})

describe('the validators of a height', () => {
  it('are answered with their total power, unlike among peers', () => {
    const chain = chainOf(1)
    const { height, meta } = validatorsAnswerAt(chain, 2n)
    assert.equal(height, 2n)
    const set = decode(ValidatorSet, meta)
    assert.deepEqual(set, chain.states.loadValidators(2n))
    assert.deepEqual(meta.subarray(-2), Uint8Array.of(0x18, 60))
  })
})
