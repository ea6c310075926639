import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { PART_SIZE } from '../limits.ts'
import { verifyMerkleProof } from '../merkleProof.ts'
import { addBlock, beginChain } from '../testing/signedChain.ts'
import {
  arePartsOf,
  blockIdOf,
  blockOfParts,
  bytesOfParts,
  partSetOf,
  partSetOfBytes,
  partSetOfPieces,
} from './parts.ts'
import { dataSizeMax } from './sizes.ts'

describe('the parts of a block', () => {
  it('are full but for the last, and proven one by one', () => {
    for (const [size, total, last] of [
      [0, 0, 0],
      [1, 1, 1],
      [PART_SIZE, 1, PART_SIZE],
      [PART_SIZE + 1, 2, 1],
      [3 * PART_SIZE - 1, 3, PART_SIZE - 1],
    ] as const) {
      const { header, parts } = partSetOfBytes(new Uint8Array(size).fill(size))
      assert.equal(header.total, total)
      assert.equal(parts.length, total)
      assert.equal(parts.at(-1)?.bytes.length ?? 0, last)
      for (const [i, { index, bytes, proof }] of parts.entries()) {
        assert.equal(index, i)
        if (i < total - 1) assert.equal(bytes.length, PART_SIZE)
        verifyMerkleProof(proof, header.hash, bytes)
      }
    }
  })

  it('are the block again', () => {
    const transactions = [new Uint8Array(100_000).fill(1), Uint8Array.of(2)]
    const { block, blockId } = addBlock(beginChain([1n]), { content: { transactions } })
    const parts = partSetOf(block)
    assert.equal(parts.header.total, 2)
    assert.deepEqual(blockOfParts(parts.parts), block)
    assert.deepEqual(blockIdOf(block, parts), blockId)
  })
})

describe('bytes that are a block', () => {
  const transactions = [new Uint8Array(100_000).fill(1)]
  const { block } = addBlock(beginChain([1n]), { content: { transactions } })
  const { parts } = partSetOf(block)
  const bytes = bytesOfParts(parts)

  it('are in its parts if nothing is added, and they are cut where it is cut', () => {
    assert.equal(arePartsOf(block, parts), true)
    const longer = partSetOfBytes(concatBytes(bytes, Uint8Array.of(0x7a, 0x01, 0x00)))
    const cuts = [PART_SIZE - 1, PART_SIZE + 1, bytes.length].map((at) =>
      partSetOfPieces([bytes.subarray(0, at), bytes.subarray(at)]),
    )
    for (const odd of [longer, ...cuts, partSetOfPieces([bytes])]) {
      assert.deepEqual(blockOfParts(odd.parts), block)
      assert.equal(arePartsOf(block, odd.parts), false)
    }
  })
})

describe('the room for transactions', () => {
  it('is what header, commit and evidence leave, as in the tests of CometBFT', () => {
    // types/block_test.go, TestBlockMaxDataBytes, Apache-2.0
    const room = (size: number, validatorCount: number, evidenceSize: number) =>
      dataSizeMax(size, { validatorCount, evidenceSize })
    assert.equal(room(842, 1, 0), 0)
    assert.equal(room(843, 1, 0), 1)
    assert.equal(room(954, 2, 0), 1)
    assert.equal(room(1053, 2, 100), 0)
    assert.throws(() => room(841, 1, 0), { name: 'BugError' })
  })
})
