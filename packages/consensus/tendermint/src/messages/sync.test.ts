import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode } from '@wadi/protobuf/codec'
import { SNAPSHOT_CHUNKS_MAX } from '../limits.ts'
import { addBlock, beginChain } from '../testing/signedChain.ts'
import { BlockSyncMessage, checkBlockSyncMessage } from './blockSync.ts'
import { checkMempoolMessage, MempoolMessage } from './mempool.ts'
import { checkStateSyncMessage, StateSyncMessage } from './stateSync.ts'

const refusal = (reason: string) => ({ module: 'unknown', code: 1, reason })
const hash = new Uint8Array(32).fill(3)
const none = new Uint8Array(0)
const { block } = addBlock(beginChain([1n]))

describe('a message of mempools', () => {
  it('has transactions', () => {
    const said: MempoolMessage = { kind: 'txs', body: { txs: [hash, none] } }
    assert.deepEqual(decode(MempoolMessage, encode(MempoolMessage, said)), said)
    checkMempoolMessage(said)
    const empty = () => checkMempoolMessage({ kind: 'txs', body: { txs: [] } })
    assert.throws(empty, refusal('mempoolMessage.noTransactions'))
  })
})

describe('a message of block sync', () => {
  const good: readonly BlockSyncMessage[] = [
    { kind: 'block-request', body: { height: 0n } },
    { kind: 'no-block', body: { height: 5n } },
    { kind: 'block', body: { block } },
    { kind: 'status-request', body: {} },
    { kind: 'status', body: { height: 5n, base: 5n } },
  ]

  it('is read as it was written', () => {
    for (const said of good) {
      assert.deepEqual(decode(BlockSyncMessage, encode(BlockSyncMessage, said)), said)
      checkBlockSyncMessage(said)
    }
  })

  it('has heights that can be, and blocks that do not contradict themselves', () => {
    const bad: readonly BlockSyncMessage[] = [
      { kind: 'block-request', body: { height: -1n } },
      { kind: 'no-block', body: { height: -1n } },
      { kind: 'status', body: { height: 5n, base: 6n } },
      { kind: 'status', body: { height: 5n, base: -1n } },
    ]
    for (const said of bad)
      assert.throws(() => checkBlockSyncMessage(said), refusal('blockSyncMessage.badHeight'))
    const other = { ...block, transactions: [hash] }
    const said: BlockSyncMessage = { kind: 'block', body: { block: other } }
    assert.throws(() => checkBlockSyncMessage(said), refusal('basic.otherTransactions'))
  })
})

describe('a message of state sync', () => {
  const snapshot = { height: 1n, format: 1, chunks: 1, hash, metadata: none }
  const chunk = { height: 1n, format: 1, index: 0, chunk: hash, missing: false }
  const good: readonly StateSyncMessage[] = [
    { kind: 'snapshots-request', body: {} },
    { kind: 'snapshot', body: { ...snapshot, chunks: SNAPSHOT_CHUNKS_MAX } },
    { kind: 'chunk-request', body: { height: 1n, format: 1, index: 9 } },
    { kind: 'chunk', body: chunk },
    { kind: 'chunk', body: { ...chunk, chunk: none, missing: true } },
  ]

  it('is read as it was written', () => {
    for (const said of good) {
      assert.deepEqual(decode(StateSyncMessage, encode(StateSyncMessage, said)), said)
      checkStateSyncMessage(said)
    }
  })

  it('is of a height, a snapshot with a hash and chunks, and a chunk with contents', () => {
    const bad: readonly (readonly [string, StateSyncMessage])[] = [
      ['noHeight', { kind: 'snapshot', body: { ...snapshot, height: 0n } }],
      ['noHash', { kind: 'snapshot', body: { ...snapshot, hash: none } }],
      ['badChunks', { kind: 'snapshot', body: { ...snapshot, chunks: 0 } }],
      ['badChunks', { kind: 'snapshot', body: { ...snapshot, chunks: SNAPSHOT_CHUNKS_MAX + 1 } }],
      ['noHeight', { kind: 'chunk-request', body: { height: 0n, format: 1, index: 0 } }],
      ['noHeight', { kind: 'chunk', body: { ...chunk, height: 0n } }],
      ['badChunk', { kind: 'chunk', body: { ...chunk, chunk: none } }],
      ['badChunk', { kind: 'chunk', body: { ...chunk, missing: true } }],
    ]
    for (const [reason, said] of bad)
      assert.throws(() => checkStateSyncMessage(said), refusal(`stateSyncMessage.${reason}`))
  })
})
