import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { OTHER_RUNTIME_ID, SIGNATURES, testHash, testSigner } from '../testing/testCommittee.ts'
import { equalProposals, signProposal, verifyProposal } from './proposal.ts'

const signer = testSigner('scheduler')
const header = { round: 1n, previousHash: testHash('block'), batchHash: testHash('batch') }
const batch = [testHash('first'), testHash('second')]
const proposal = signProposal(signer, SIGNATURES, { header, batch })
const refusal = { module: 'unknown', code: 1, reason: 'batchProposal.verificationFailed' }

function batchSignature(message: Uint8Array): RawSignature {
  const { chainContext, runtimeId } = SIGNATURES
  const parts = { chainContext, suffix: toHex(runtimeId) }
  const context = contextOf(contexts.roothashProposalBatch, parts)
  return RawSignature.check(signer.sign(context, message))
}

describe('a proposal', () => {
  it('is signed for one runtime', () => {
    assert.equal(verifyProposal(SIGNATURES, proposal), proposal)
    const elsewhere = { ...SIGNATURES, runtimeId: OTHER_RUNTIME_ID }
    assert.throws(() => verifyProposal(elsewhere, proposal), refusal)
  })

  it('is signed by its node, over its header', () => {
    const nodeId = PublicKey.check(testSigner('other').publicKey)
    assert.throws(() => verifyProposal(SIGNATURES, { ...proposal, nodeId }), refusal)
    const changed = { ...proposal, header: { ...header, round: 2n } }
    assert.throws(() => verifyProposal(SIGNATURES, changed), refusal)
  })

  it('need not sign its list, but a signature that is there must be good', () => {
    verifyProposal(SIGNATURES, { ...proposal, batch: [] })
    const batchSig = batchSignature(encode(list(Hash), batch))
    verifyProposal(SIGNATURES, { ...proposal, batchSig })
    const shortened = { ...proposal, batch: batch.slice(1), batchSig }
    assert.throws(() => verifyProposal(SIGNATURES, shortened), refusal)
  })

  it('without a list signs null', () => {
    const batchSig = batchSignature(parseHex('f6'))
    verifyProposal(SIGNATURES, { ...proposal, batch: [], batchSig })
  })

  it('equals another in round, parent and batch', () => {
    assert.ok(equalProposals(header, { ...header }))
    for (const change of [
      { round: 2n },
      { previousHash: testHash('fork') },
      { batchHash: testHash('other') },
    ]) {
      assert.ok(!equalProposals(header, { ...header, ...change }))
    }
  })
})
