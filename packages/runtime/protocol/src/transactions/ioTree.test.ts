import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO } from '@wadi/mkvs/roots'
import type { State } from '@wadi/mkvs/state'
import { createTree } from '@wadi/mkvs/tree'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import fc from 'fast-check'
import { RUNTIME_ID, testHash } from '../testing/testCommittee.ts'
import { BLOCK_TAG_HASH, InputArtifacts, tagKey, transactionKey } from './artifacts.ts'
import { hashOfBatch, hashOfTransaction, insertInput, insertOutput, insertTag } from './ioTree.ts'
import {
  readInputBatch,
  readTag,
  readTags,
  readTransaction,
  readTransactions,
} from './readIoTree.ts'

const arena = new Arena()
const newTree = () => createTree(arena, { namespace: RUNTIME_ID, type: ROOT_TYPE_IO })
const UNLIMITED = { batchSizeMax: 0n, batchSizeBytesMax: 0n }
const OUTPUT = toUtf8('and this comes out')

function insert(state: State, input: string, batchOrder: number, tags: Record<string, string>) {
  const txHash = insertInput(state, { input: toUtf8(input), batchOrder })
  insertOutput(state, txHash, OUTPUT)
  for (const [key, value] of Object.entries(tags)) {
    insertTag(state, { key: toUtf8(key), value: toUtf8(value), txHash })
  }
}

/** The tree of the reference's own test: runtime/transaction/transaction_test.go. */
function referenceTree() {
  const tree = newTree()
  insert(tree, 'this goes in', 0, { tag1: 'value1' })
  for (let i = 0; i < 20; i++) {
    insert(tree, `this goes in (${i})`, i + 1, { tagA: 'valueA', tagB: 'valueB' })
  }
  return tree
}

describe('the tree of inputs and outputs', () => {
  it('has the root of the reference', () => {
    const known = '8399ffa753987b00ec6ab251337c6b88e40812662ed345468fcbf1dbdd16321c'
    assert.equal(toHex(referenceTree().rootHash()), known)
  })

  it('gives back what went in, in the order of the batch', () => {
    const transactions = readTransactions(referenceTree())
    const inputs = [...Array(20).keys()].map((i) => `this goes in (${i})`)
    const expected = ['this goes in', ...inputs].map((input, batchOrder) => {
      return { input: toUtf8(input), batchOrder, output: OUTPUT }
    })
    assert.deepEqual(transactions, expected)
    const batch = readInputBatch(referenceTree(), UNLIMITED)
    assert.deepEqual(
      batch,
      expected.map(({ input }) => input),
    )
  })

  it('finds a transaction by its hash', () => {
    const input = toUtf8('this goes in (7)')
    const found = readTransaction(referenceTree(), hashOfTransaction(input))
    assert.deepEqual(found, { input, batchOrder: 8, output: OUTPUT })
    assert.equal(readTransaction(referenceTree(), testHash('absent')), undefined)
  })

  it('finds tags', () => {
    const tree = referenceTree()
    const txHash = hashOfTransaction(toUtf8('this goes in'))
    const tag1 = { key: toUtf8('tag1'), value: toUtf8('value1'), txHash }
    assert.deepEqual(readTag(tree, tag1.key), [tag1])
    assert.equal(readTag(tree, toUtf8('tagB')).length, 20)
    assert.deepEqual(readTag(tree, toUtf8('tag')), [])
    assert.equal(readTags(tree).length, 41)
  })

  it('has tags of the block itself', () => {
    const tree = newTree()
    const tag = { key: toUtf8('block'), value: EMPTY_BYTES, txHash: BLOCK_TAG_HASH }
    insertTag(tree, tag)
    assert.deepEqual(readTags(tree), [tag])
  })

  it('gives back any transactions and tags', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })
    const transaction = fc.record({
      input: bytes,
      output: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
      tags: fc.uniqueArray(fc.uint8Array({ maxLength: 5 }), { selector: toHex, maxLength: 3 }),
    })
    const batches = fc.uniqueArray(transaction, {
      selector: ({ input }) => toHex(input),
      maxLength: 8,
    })
    const check = (given: readonly Given[]) => {
      const tree = newTree()
      for (const [batchOrder, { input, output, tags }] of given.entries()) {
        const txHash = insertInput(tree, { input, batchOrder })
        if (output !== undefined) insertOutput(tree, txHash, output)
        for (const key of tags) insertTag(tree, { key, value: input, txHash })
      }
      const expected = given.map(({ input, output }, batchOrder) => ({ input, batchOrder, output }))
      assert.deepEqual(readTransactions(tree), expected)
      const inputs = given.map(({ input }) => input)
      assert.deepEqual(readInputBatch(tree, UNLIMITED), inputs)
      assert.equal(readTags(tree).length, given.flatMap(({ tags }) => tags).length)
      tree.dispose()
    }
    fc.assert(fc.property(batches, check), { numRuns: 50 })
  })
})

interface Given {
  readonly input: Uint8Array
  readonly output: Uint8Array | undefined
  readonly tags: readonly Uint8Array[]
}

describe('the hash of a batch', () => {
  it('is the root of its inputs in their order', () => {
    const batch = ['one', 'two', 'three'].map(toUtf8)
    const tree = newTree()
    for (const [batchOrder, input] of batch.entries()) insertInput(tree, { input, batchOrder })
    assert.deepEqual(hashOfBatch(arena, batch), Hash.check(tree.rootHash()))
    assert.notDeepEqual(hashOfBatch(arena, batch.toReversed()), Hash.check(tree.rootHash()))
    assert.deepEqual(hashOfBatch(arena, []), EMPTY_HASH)
  })

  it('is of transactions that are not empty', () => {
    const refusal = { module: 'unknown', code: 1, reason: 'ioTree.noInput' }
    assert.throws(() => hashOfBatch(arena, [EMPTY_BYTES]), refusal)
  })
})

describe('reading a tree that somebody else made', () => {
  const input = (text: string, batchOrder: number) =>
    encode(InputArtifacts, { input: toUtf8(text), batchOrder })
  const key = (kind: number, hash = testHash('tx')) =>
    concatBytes(toUtf8('T'), hash, Uint8Array.of(kind))
  const refusal = (reason: string) => ({ module: 'unknown', code: 1, reason })
  const treeOf = (...pairs: readonly (readonly [Uint8Array, Uint8Array])[]) => {
    const tree = newTree()
    for (const [key, value] of pairs) tree.insert(key, value)
    return tree
  }

  it('refuses keys that are too short', () => {
    const tree = treeOf([toUtf8('T and so on'), EMPTY_BYTES], [toUtf8('E'), EMPTY_BYTES])
    assert.throws(() => readTransactions(tree), refusal('ioTree.malformedKey'))
    assert.throws(() => readInputBatch(tree, UNLIMITED), refusal('ioTree.malformedKey'))
    assert.throws(() => readTags(tree), refusal('ioTree.malformedKey'))
  })

  it('ignores what is too much in a key', () => {
    const long = concatBytes(key(1), toUtf8('more'))
    const found = readTransactions(treeOf([long, input('x', 0)]))
    assert.deepEqual(found, [{ input: toUtf8('x'), batchOrder: 0, output: undefined }])
  })

  it('stops at an artifact of a kind that there is not', () => {
    const tree = treeOf([key(0), EMPTY_BYTES], [key(1), input('x', 0)])
    assert.deepEqual(readTransactions(tree), [])
    assert.deepEqual(readInputBatch(tree, UNLIMITED), [])
  })

  it('refuses an output without its input', () => {
    const output = Uint8Array.of(0x81, 0x40)
    const orphan = treeOf([key(2), output])
    assert.throws(() => readTransactions(orphan), refusal('ioTree.malformedTree'))
    assert.equal(readTransaction(orphan, testHash('tx')), undefined)
    const [low, high] = [testHash('a'), testHash('b')].sort((a, b) => a[0]! - b[0]!)
    const after = treeOf([key(1, low), input('x', 0)], [key(2, high), output])
    assert.throws(() => readTransactions(after), refusal('ioTree.malformedTree'))
  })

  it('takes null for no output, and for an input that nobody can find', () => {
    const tree = treeOf([key(1), Uint8Array.of(0x82, 0xf6, 0)], [key(2), Uint8Array.of(0x81, 0xf6)])
    const [found] = readTransactions(tree)
    assert.deepEqual(found, { input: EMPTY_BYTES, batchOrder: 0, output: undefined })
    assert.equal(readTransaction(tree, testHash('tx')), undefined)
  })

  it('refuses artifacts that are none', () => {
    for (const value of [EMPTY_BYTES, Uint8Array.of(0x80), Uint8Array.of(0x83, 0x41, 1, 0, 0)]) {
      const tree = treeOf([key(1), value])
      assert.throws(() => readTransactions(tree), { module: 'unknown', code: 1 })
      assert.throws(() => readTransaction(tree, testHash('tx')), { module: 'unknown', code: 1 })
    }
  })

  it('refuses a batch with gaps', () => {
    for (const order of [1, 0xffff_ffff]) {
      const tree = treeOf([key(1), input('x', order)])
      const gaps = refusal('ioTree.inconsistentOrder')
      assert.throws(() => readInputBatch(tree, UNLIMITED), gaps)
      assert.equal(readTransactions(tree)[0]?.batchOrder, order)
    }
  })

  it('refuses a batch of one transaction or one byte too many', () => {
    const tree = referenceTree()
    const size = readInputBatch(tree, UNLIMITED).reduce((sum, { length }) => sum + length, 0)
    const fitting = { batchSizeMax: 21n, batchSizeBytesMax: BigInt(size) }
    assert.equal(readInputBatch(tree, fitting).length, 21)
    const tooLarge = refusal('ioTree.batchTooLarge')
    const fewer = { ...fitting, batchSizeMax: 20n }
    assert.throws(() => readInputBatch(tree, fewer), tooLarge)
    const smaller = { ...fitting, batchSizeBytesMax: BigInt(size - 1) }
    assert.throws(() => readInputBatch(tree, smaller), tooLarge)
  })

  it('misses tags of a key where a longer one lies between them, as the reference does', () => {
    const key = toUtf8('t')
    const low = Hash.check(new Uint8Array(32).fill(1))
    const high = Hash.check(new Uint8Array(32).fill(3))
    const between = concatBytes(key, Uint8Array.of(2))
    const tree = treeOf(
      [tagKey(key, low), EMPTY_BYTES],
      [tagKey(between, low), EMPTY_BYTES],
      [tagKey(key, high), EMPTY_BYTES],
    )
    assert.equal(readTag(tree, key).length, 1)
    assert.equal(readTags(tree).length, 3)
  })

  it('reads transactions before the tags are over', () => {
    const tree = treeOf(
      [tagKey(toUtf8('t'), testHash('tx')), EMPTY_BYTES],
      [transactionKey(testHash('tx'), 'input'), input('x', 0)],
      [toUtf8('Z'), EMPTY_BYTES],
    )
    assert.equal(readTransactions(tree).length, 1)
    assert.equal(readTags(tree).length, 1)
  })
})
