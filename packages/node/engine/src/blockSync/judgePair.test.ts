import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/protobuf/codec'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { Block } from '@wadi/tendermint/types/block'
import { SampleChain } from '../stores/testing/sampleChain.ts'
import { judgePair } from './judgePair.ts'

const sample = new SampleChain(1n, 'real')
const { state } = sample
const [first, second] = [sample.next().block, sample.next().block]

function judge(a: Block, b: Block, bytes = encode(Block, a)) {
  return judgePair(oasisDialect, state, { first: { block: a, bytes }, second: b })
}

describe('of two blocks in a row', () => {
  it('the second one proves the first, and brings its commit', () => {
    const verdict = judge(first, second)
    assert.equal(verdict.kind, 'decided')
    assert.deepEqual(verdict.commit, second.lastCommit)
    assert.deepEqual(verdict.blockId, second.header.lastBlockId)
  })

  it('the first is a lie if another one was signed', () => {
    const other = { ...first, header: { ...first.header, dataHash: new Uint8Array(32) } }
    assert.deepEqual(judge(other, second), { kind: 'refused', height: 1n })
  })

  it('neither is a lie if the first was encoded in another way than was signed', () => {
    const bytes = concatBytes(encode(Block, first), Uint8Array.of(0x7a, 0x01, 0x00))
    assert.deepEqual(judge(first, second, bytes), { kind: 'encoded-anew', height: 1n })
  })

  it('the second is a lie if its commit decides nothing, whatever the first is', () => {
    const commit = second.lastCommit!
    const unsigned = commit.signatures.map(() => ({ flag: 'absent' }) as const)
    const other = { ...first, header: { ...first.header, dataHash: new Uint8Array(32) } }
    for (const lastCommit of [
      undefined,
      { ...commit, signatures: unsigned },
      { ...commit, height: 2n },
      { ...commit, signatures: commit.signatures.slice(1) },
    ])
      for (const block of [first, other])
        assert.deepEqual(judge(block, { ...second, lastCommit }), { kind: 'refused', height: 2n })
  })

  it('the second is a lie if one signature is wrong, although the others would do', () => {
    const commit = second.lastCommit!
    const signatures = commit.signatures.map((one, i) =>
      i === 2 && one.flag !== 'absent' ? { ...one, signature: new Uint8Array(64) } : one,
    )
    const lastCommit = { ...commit, signatures }
    assert.deepEqual(judge(first, { ...second, lastCommit }), { kind: 'refused', height: 2n })
  })
})
