import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { hashOf } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { CommitmentPool, ComputeResultsHeader, SchedulerCommitment } from './commitments.ts'

describe('roothash.ComputeResultsHeader', () => {
  it('has the hash of the reference when it is empty', () => {
    assert.equal(
      toHex(hashOf(ComputeResultsHeader, zero(ComputeResultsHeader))),
      '57d73e02609a00fcf4ca43cbf8c9f12867c46942d246fb2b0bce42cbdb8db844',
    )
  })
})

describe('roothash.CommitmentPool', () => {
  it('is an empty map when it is there and nothing is in it', () => {
    assert.equal(toHex(encode(CommitmentPool, zero(CommitmentPool))), 'a0')
  })

  it('writes a vote for a failure as null', () => {
    const votes = keyedMap(PublicKey, [[PublicKey.zero, undefined]] as const)
    const hex = toHex(encode(SchedulerCommitment, make(SchedulerCommitment, { votes })))
    assert.ok(hex.endsWith(`5820${'00'.repeat(32)}f6`))
  })
})
