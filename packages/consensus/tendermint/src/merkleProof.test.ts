import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import fc from 'fast-check'
import { leafHash, merkleRoot } from './merkle.ts'
import { MerkleProof, merkleProofs, proveList, verifyMerkleProof } from './merkleProof.ts'

const itemsOf = (count: number) => Array.from({ length: count }, (_, i) => toUtf8(`item ${i}`))
const refusal = (name: string) => ({ module: 'unknown', code: 1, reason: `merkleProof.${name}` })

describe('a proof of an item', () => {
  it('leads to the root, for every item of lists of all sizes', () => {
    for (let count = 0; count <= 33; count++) {
      const items = itemsOf(count)
      const root = merkleRoot(items)
      const proofs = merkleProofs(items)
      assert.equal(proofs.length, count)
      assert.deepEqual(proveList(items), { root, proofs })
      for (const [i, proof] of proofs.entries()) verifyMerkleProof(proof, root, items[i]!)
    }
  })

  const items = itemsOf(11)
  const root = merkleRoot(items)
  const proof = merkleProofs(items)[5]!
  const item = items[5]!

  it('is of that item and to that root', () => {
    assert.throws(() => verifyMerkleProof(proof, root, items[6]!), refusal('otherItem'))
    const other = merkleRoot(itemsOf(12))
    assert.throws(() => verifyMerkleProof(proof, other, item), refusal('otherRoot'))
    const noLeaf = { ...proof, leafHash: new Uint8Array(0) }
    assert.throws(() => verifyMerkleProof(noLeaf, root, item), refusal('otherItem'))
  })

  it('has a place in the list', () => {
    for (const [index, total] of [
      [-1n, 11n],
      [11n, 11n],
      [0n, 0n],
      [0n, -1n],
      [-(1n << 63n), (1n << 63n) - 1n],
    ] as const) {
      const moved = { ...proof, index, total }
      assert.throws(() => verifyMerkleProof(moved, root, item), refusal('badPlace'))
    }
  })

  it('has as many hashes as its place is deep, up to 63', () => {
    const { aunts } = proof
    for (const changed of [aunts.slice(1), [...aunts, root], []]) {
      const wrong = { ...proof, aunts: changed }
      assert.throws(() => verifyMerkleProof(wrong, root, item), refusal('badLength'))
    }
    const deep = { ...proof, total: (1n << 63n) - 1n, aunts: Array(63).fill(root) }
    assert.throws(() => verifyMerkleProof(deep, root, item), refusal('otherRoot'))
    const tooDeep = { ...deep, aunts: Array(64).fill(root) }
    assert.throws(() => verifyMerkleProof(tooDeep, root, item), refusal('badLength'))
  })

  it('is refused when any bit of its hashes is changed', () => {
    const check = (which: number, bit: number) => {
      const aunts = proof.aunts.map((aunt) => aunt.slice())
      const aunt = aunts[which]!
      aunt[bit >> 3]! ^= 1 << (bit & 7)
      const changed = { ...proof, aunts }
      assert.throws(() => verifyMerkleProof(changed, root, item), refusal('otherRoot'))
    }
    fc.assert(fc.property(fc.nat(proof.aunts.length - 1), fc.nat(255), check))
  })

  it('of a single item has no hashes, on the wire neither', () => {
    const [single] = merkleProofs(itemsOf(1))
    assert.deepEqual(single, { total: 1n, index: 0n, leafHash: leafHash(items[0]!), aunts: [] })
    const hashStart = Buffer.from('leaf_hash').length
    assert.equal(encode(MerkleProof, single!).length, 1 + 7 + 7 + 1 + hashStart + 2 + 32)
  })
})
