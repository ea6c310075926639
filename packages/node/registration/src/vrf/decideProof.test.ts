import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { VrfState } from '@wadi/consensus/beacon'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawProof } from '@wadi/primitives/signed'
import { testOwner, testSigners } from '../testing/testNode.ts'
import { decideProof } from './decideProof.ts'

const node = PublicKey.check(testSigners.node.publicKey)
const proof = { publicKey: node, proof: RawProof.check(new Uint8Array(80)) }
const round = make(VrfState, { epoch: 3n, submitAfter: 10n })
const provedBy = (id: PublicKey) => make(VrfState, { ...round, pi: new Map([[id, proof]]) })

describe('when a node proves its randomness', () => {
  it('is when its transaction can be in a block after the delay', () => {
    assert.equal(decideProof({ round: undefined, node, height: 10n }), 'wait')
    assert.equal(decideProof({ round, node, height: 9n }), 'wait')
    assert.equal(decideProof({ round, node, height: 10n }), 'prove')
    assert.equal(decideProof({ round, node, height: 99n }), 'prove')
  })

  it('is once, whatever others have proved', () => {
    assert.equal(decideProof({ round: provedBy(node), node, height: 10n }), 'done')
    assert.equal(decideProof({ round: provedBy(testOwner), node, height: 10n }), 'prove')
  })
})
