import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { decodeRpc, encode, zero } from '@wadi/cbor/codec'
import { ZERO_TIME } from '@wadi/cbor/time'
import { Address } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { DebugStatus, Status as NodeStatus } from '../control/types.ts'
import { TransactionProof } from './api.ts'
import { Block } from './block.ts'
import { LightClientStatus, NextBlockState, PeersStatus, Status } from './status.ts'

/** The names on the wire, among other bytes. */
function wordsOf(encoded: Uint8Array): string {
  return Buffer.from(encoded).toString('latin1')
}

describe('answers about a node', () => {
  it('say nothing of peers where there are none, as in an archive', () => {
    assert.ok(!wordsOf(encode(Status, zero(Status))).includes('p2p'))
    const status = { ...zero(Status), peers: zero(PeersStatus) }
    const encoded = encode(Status, status)
    assert.ok(wordsOf(encoded).includes('cp2p'))
    assert.deepEqual(decodeRpc(Status, encoded), status)
  })

  it('have null for times and lists that there never were', () => {
    const status = { ...zero(LightClientStatus), latestTime: ZERO_TIME, oldestTime: ZERO_TIME }
    const words = wordsOf(encode(LightClientStatus, status))
    for (const name of ['latest_time', 'oldest_time', 'peer_ids'])
      assert.equal(words.charCodeAt(words.indexOf(name) + name.length), 0xf6, name)
  })

  it('leave out what a node does not have', () => {
    const status = { ...zero(NodeStatus), debug: zero(DebugStatus), softwareVersion: '26.1' }
    const encoded = encode(NodeStatus, status)
    assert.equal(encoded[0], 0xa4)
    assert.deepEqual(decodeRpc(NodeStatus, encoded), status)
  })
})

describe('answers about blocks', () => {
  it('have the proof of a transaction with the height of its block', () => {
    const bytes = encode(TransactionProof, { height: 7n, rawProof: Uint8Array.of(1) })
    assert.equal(toHex(bytes), 'a26668656967687407697261775f70726f6f664101')
  })

  it('have the meta of a block inline', () => {
    const meta = { header: Uint8Array.of(1), lastCommit: Uint8Array.of(2, 3) }
    const hex = toHex(encode(Block, { ...zero(Block), meta }))
    assert.ok(hex.includes('646d657461a2666865616465724101'), hex)
    assert.ok(hex.includes('6b6c6173745f636f6d6d6974420203'), hex)
  })

  it('have the share of the votes as the shortest float', () => {
    const none = { votingPower: 0n, ratio: 0, votes: [] }
    const vote = {
      nodeId: zero(PublicKey),
      entityId: zero(PublicKey),
      entityAddress: zero(Address),
      votingPower: 3n,
    }
    const half = { votingPower: 3n, ratio: 0.5, votes: [vote] }
    const state = { ...zero(NextBlockState), prevotes: half, precommits: none }
    const encoded = encode(NextBlockState, state)
    const hex = toHex(encoded)
    assert.ok(hex.includes('65726174696ff93800'), hex)
    assert.ok(hex.includes('65766f746573f6'), hex)
    assert.deepEqual(decodeRpc(NextBlockState, encoded), state)
  })
})
