import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { partSetOfBytes } from '../blocks/parts.ts'
import { addPart, type BlockParts, emptyParts, hasHeader, isComplete } from './blockParts.ts'
import { allParts, assemble, isCandidate } from './candidate.ts'
import { otherEncoding, testBlock } from './testing/testChain.ts'

const long = testBlock(1n, 'long', { bytes: 150_000 })
const none = emptyParts(long.blockId.partSetHeader)

function added(parts: BlockParts, index: number): BlockParts {
  const outcome = addPart(parts, long.parts[index]!)
  assert.equal(outcome.kind, 'added')
  return outcome.parts
}

describe('Parts of a block', () => {
  it('come in any order and make the block', () => {
    const parts = added(added(added(none, 2), 0), 1)
    assert.equal(isComplete(parts), true)
    assert.deepEqual(assemble(parts)?.block, long.block)
    assert.deepEqual(assemble(parts)?.blockId, long.blockId)
    assert.deepEqual(allParts(parts), long.parts)
  })

  it('come once', () => {
    assert.deepEqual(addPart(added(none, 1), long.parts[1]!), { kind: 'duplicate' })
    assert.equal(isComplete(added(none, 1)), false)
  })

  it('need their own proof', () => {
    const [first, second] = [long.parts[0]!, long.parts[1]!]
    const wrong = { kind: 'refused', why: 'wrong-proof' }
    assert.deepEqual(addPart(none, { ...first, bytes: second.bytes }), wrong)
    assert.deepEqual(addPart(none, { ...first, proof: second.proof }), wrong)
    assert.deepEqual(addPart(none, { ...first, index: 1 }), wrong)
    assert.deepEqual(addPart(none, { ...first, proof: { ...first.proof, total: 4n } }), wrong)
    assert.deepEqual(addPart(none, testBlock(1n, 'other').parts[0]!), wrong)
    const beyond = { kind: 'refused', why: 'no-such-index' }
    assert.deepEqual(addPart(none, { ...first, index: 3 }), beyond)
    assert.deepEqual(addPart(none, { ...first, index: -1 }), beyond)
  })

  it('that are no block make none', () => {
    const { header, parts } = partSetOfBytes(new Uint8Array([255, 1, 2]))
    const outcome = addPart(emptyParts(header), parts[0]!)
    assert.equal(outcome.kind, 'added')
    assert.equal(assemble(outcome.parts), undefined)
  })

  it('of one block in two encodings are two candidates', () => {
    const block = testBlock(1n, 'block')
    const other = otherEncoding(block)
    const { blockId } = block
    const outcome = addPart(emptyParts(other.blockId.partSetHeader), other.parts[0]!)
    assert.equal(outcome.kind, 'added')
    const candidate = assemble(outcome.parts)
    assert.deepEqual(candidate?.block, block.block)
    assert.deepEqual(candidate.blockId.hash, blockId.hash)
    assert.equal(isCandidate(candidate, blockId), false)
    assert.equal(isCandidate(candidate, other.blockId), true)
    assert.equal(hasHeader(outcome.parts, blockId.partSetHeader), false)
  })
})
