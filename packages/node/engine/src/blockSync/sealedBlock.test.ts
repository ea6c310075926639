import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getHeapStatistics } from 'node:v8'
import { concatBytes } from '@wadi/base/bytes'
import { decode, encode, size } from '@wadi/protobuf/codec'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { Block } from '@wadi/tendermint/types/block'
import { SampleChain } from '../stores/testing/sampleChain.ts'
import { judgeSealed } from './judgePair.ts'
import { MESSAGE_OVERHEAD } from './limits.ts'
import {
  blockBytesMax,
  encodeSealed,
  openBlock,
  openLastCommit,
  type SealedBlock,
  SealedMessage,
  sealedBlock,
} from './sealedBlock.ts'

const sample = new SampleChain(1n, 'real')
const { state } = sample
const [first, second] = [sample.next().block, sample.next().block]

function bodyOf(block: Block): Uint8Array {
  const bytes = encode(BlockSyncMessage, { kind: 'block', body: { block } })
  const said = decode(SealedMessage, bytes)
  assert.ok(said.kind === 'block')
  return said.body
}

function sealed(block: Block): SealedBlock {
  return sealedBlock(bodyOf(block))
}

/** So many transactions of one byte, as they are in a block, with what is around them. */
function swollen(block: Block, count: number): Uint8Array {
  const txs = new Uint8Array(3 * count)
  for (let at = 0; at < txs.length; at += 3) txs.set([0x0a, 1, 7], at)
  const inner = concatBytes(encode(Block, block), field(2, txs))
  return field(1, inner)
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  const head = [number * 8 + 2]
  let { length } = bytes
  for (; length >= 128; length = Math.floor(length / 128)) head.push((length % 128) + 128)
  return concatBytes(Uint8Array.from([...head, length]), bytes)
}

describe('a block that nobody has read', () => {
  it('says its height, and gives the block and the commit when they are wanted', () => {
    const block = sealed(second)
    assert.equal(block.height, 2n)
    const opened = { block: second, bytes: encode(Block, second) }
    assert.deepEqual(openBlock(block, size(Block, second)), opened)
    assert.deepEqual(openLastCommit(block), second.lastCommit)
  })

  it('is read if it is as long as a block may be, and not if it is one byte longer', () => {
    const block = sealed(second)
    const overhead = block.bytes.length - size(Block, second)
    assert.ok(overhead <= MESSAGE_OVERHEAD)
    const bytesMax = block.bytes.length - MESSAGE_OVERHEAD
    assert.deepEqual(openBlock(block, bytesMax)?.block, second)
    assert.equal(openBlock(block, bytesMax - 1), undefined)
    assert.equal(blockBytesMax(state), Number(state.consensusParams.block.maxBytes))
    const block1 = { maxBytes: -1n, maxGas: -1n }
    const unlimited = { ...state, consensusParams: { ...state.consensusParams, block: block1 } }
    assert.equal(blockBytesMax(unlimited), 104_857_600)
  })

  it('is sent as everybody sends it, and keeps the bytes that it came in', () => {
    const usual = encode(Block, second)
    assert.deepEqual(
      encodeSealed(usual),
      encode(BlockSyncMessage, { kind: 'block', body: { block: second } }),
    )
    const odd = concatBytes(usual, Uint8Array.of(0x7a, 0x01, 0x00))
    const said = decode(SealedMessage, encodeSealed(odd))
    assert.ok(said.kind === 'block')
    assert.deepEqual(openBlock(sealedBlock(said.body), 10_000), { block: second, bytes: odd })
  })

  it('is none if it contradicts itself or ends too early', () => {
    const wrong = { ...second, transactions: [Uint8Array.of(1)] }
    assert.equal(openBlock(sealed(wrong), 10_000), undefined)
    const { height, bytes } = sealed(second)
    for (let end = 0; end < bytes.length; end++) {
      const torn = { height, bytes: bytes.subarray(0, end) }
      assert.equal(openBlock(torn, 10_000), undefined)
    }
    assert.throws(() => sealedBlock(new Uint8Array(0)), { name: 'CodedError' })
  })

  it('takes the memory of its bytes, however many transactions it claims to have', () => {
    const bytes = swollen(first, 8_000_000)
    const before = getHeapStatistics().used_heap_size
    const block = sealedBlock(bytes)
    const verdict = judgeSealed(oasisDialect, state, { first: block, second: sealed(second) })
    assert.deepEqual(verdict, { kind: 'refused', height: 1n })
    const asSecond = judgeSealed(oasisDialect, state, {
      first: sealed(first),
      second: sealedBlock(swollen(second, 8_000_000)),
    })
    assert.equal(asSecond.kind, 'decided')
    // Read, it would take hundreds of megabytes; some is garbage that nobody has collected yet.
    assert.ok(getHeapStatistics().used_heap_size - before < 64 * 1024 * 1024)
  })
})
