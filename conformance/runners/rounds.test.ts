import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { decodeRpc } from '@wadi/cbor/codec'
import { i64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Block, HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { emptyBlock, hashOfHeader, normalBlock } from '@wadi/runtime-protocol/block'
import { insertInput, insertOutput, insertTag } from '@wadi/runtime-protocol/transactions/ioTree'
import {
  readInputBatch,
  readTags,
  readTransaction,
  readTransactions,
} from '@wadi/runtime-protocol/transactions/readIoTree'
import '../src/coverage.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import { bytesOfBase64, type RecordedRound } from '../src/records.ts'
import { hasVector, listChains, readNdjson } from '../src/vectors.ts'

const AnnotatedBlock = struct({ block: Block, consensusHeight: i64 })
const UNLIMITED = { batchSizeMax: 0n, batchSizeBytesMax: 0n }
const EMPTY_BLOCK_TYPES = ['roundFailed', 'epochTransition', 'suspended'] as const

function blockOf(round: RecordedRound): Block {
  return decodeRpc(AnnotatedBlock, bytesOfBase64(round.annotated_block_cbor)).block
}

/** What our rules would have put in the place of a recorded block. */
function successorOf(parent: Block, { header }: Block): Block {
  const emptyType = EMPTY_BLOCK_TYPES.find((type) => HEADER_TYPES[type] === header.headerType)
  if (emptyType !== undefined) return emptyBlock(parent, header.timestamp, emptyType)
  return normalBlock(parent, header.timestamp, header)
}

/** Writes into `target` what is read from `source`. */
function copyArtifacts(source: Tree, target: Tree): void {
  const transactions = readTransactions(source)
  const batch = readInputBatch(source, UNLIMITED)
  assert.equal(batch.length, transactions.length)
  for (const [batchOrder, input] of batch.entries()) {
    const txHash = insertInput(target, { input, batchOrder })
    const found = readTransaction(source, txHash)
    assert.deepEqual(found, transactions[batchOrder])
    if (found?.output !== undefined) insertOutput(target, txHash, found.output)
  }
  for (const tag of readTags(source)) insertTag(target, tag)
}

describe('rounds of recorded runtimes', () => {
  const arena = new Arena()
  const newTree = () => createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_IO })
  for (const chain of listChains()) {
    const path = `chains/${chain}/rounds.ndjson.gz`
    if (!hasVector(path)) continue
    it(`${chain}: inputs, outputs and tags, read and written again, have the same root`, () => {
      let count = 0
      for (const round of readNdjson<RecordedRound>(path)) {
        if (round.io_missing) continue
        const source = newTree()
        const target = newTree()
        applyDiff(source, round.io_tree)
        copyArtifacts(source, target)
        assert.equal(toHex(target.rootHash()), round.io_root.toLowerCase(), round.round)
        source.dispose()
        target.dispose()
        count++
      }
      assert.notEqual(count, 0)
    })
    it(`${chain}: each block follows from the one before it`, () => {
      let parent: Block | undefined
      let count = 0
      for (const round of readNdjson<RecordedRound>(path)) {
        const block = blockOf(round)
        const { namespace, round: number } = block.header
        assert.equal(toHex(hashOfHeader(block.header)), round.header_hash.toLowerCase())
        const isNext = parent !== undefined && parent.header.round + 1n === number
        if (parent !== undefined && isNext && toHex(parent.header.namespace) === toHex(namespace)) {
          assert.deepEqual(successorOf(parent, block), block)
          count++
        }
        parent = block
      }
      assert.notEqual(count, 0)
    })
  }
})
