import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { zero } from '@wadi/cbor/codec'
import { HEADER_TYPES, Header } from '@wadi/consensus/roothash/block'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import {
  emptyBlock,
  genesisBlock,
  hashOfHeader,
  ioRootOf,
  isChildOf,
  normalBlock,
  stateRootOf,
} from './block.ts'
import { RUNTIME_ID, testHash } from './testing/testCommittee.ts'

const stateRoot = testHash('state')
const genesis = genesisBlock({ namespace: RUNTIME_ID, round: 7n, stateRoot, timestamp: 1000n })

describe("a runtime's blocks", () => {
  it('have the hash of their header', () => {
    const known = '677ad1a6b9f5e99ed94e5d598b6f92a4641a5f952f2d753b2a6122b6dceeb792'
    assert.equal(toHex(hashOfHeader(zero(Header))), known)
  })

  it('begin with one that has a state and nothing else', () => {
    assert.deepEqual(genesis.header, {
      version: 0,
      namespace: RUNTIME_ID,
      round: 7n,
      timestamp: 1000n,
      headerType: HEADER_TYPES.normal,
      previousHash: EMPTY_HASH,
      ioRoot: EMPTY_HASH,
      stateRoot,
      messagesHash: EMPTY_HASH,
      inMsgsHash: EMPTY_HASH,
    })
    const options = { namespace: RUNTIME_ID, round: 7n, stateRoot, timestamp: 1000n }
    const suspended = genesisBlock({ ...options, headerType: 'suspended' })
    assert.equal(suspended.header.headerType, HEADER_TYPES.suspended)
  })

  it('carry the state over where a round brings nothing', () => {
    const block = emptyBlock(genesis, 1001n, 'roundFailed')
    assert.deepEqual(block.header, {
      ...genesis.header,
      round: 8n,
      timestamp: 1001n,
      headerType: HEADER_TYPES.roundFailed,
      previousHash: hashOfHeader(genesis.header),
    })
    assert.ok(isChildOf(block.header, genesis.header))
    assert.ok(!isChildOf(block.header, block.header))
  })

  it('take over what a round brings', () => {
    const [ioRoot, messagesHash, inMsgsHash] = [testHash('io'), testHash('m'), testHash('i')]
    const outcome = { ioRoot, stateRoot: testHash('next'), messagesHash, inMsgsHash }
    const block = normalBlock(genesis, 1002n, outcome)
    const previousHash = hashOfHeader(genesis.header)
    const expected = { ...genesis.header, ...outcome, round: 8n, timestamp: 1002n, previousHash }
    assert.deepEqual(block.header, expected)
  })

  it('name the two trees of their round', () => {
    const namespace = RUNTIME_ID
    const io = { namespace, version: 7n, type: ROOT_TYPE_IO, hash: EMPTY_HASH }
    assert.deepEqual(ioRootOf(genesis.header), io)
    const state = { namespace, version: 7n, type: ROOT_TYPE_STATE, hash: stateRoot }
    assert.deepEqual(stateRootOf(genesis.header), state)
  })

  it('wrap around after the last round', () => {
    const last = genesisBlock({ ...genesis.header, round: (1n << 64n) - 1n, headerType: 'normal' })
    assert.equal(emptyBlock(last, 0n, 'suspended').header.round, 0n)
  })
})
