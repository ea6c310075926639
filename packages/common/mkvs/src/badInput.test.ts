import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { Arena } from './arena.ts'
import { PROOF_VISITS_MAX, PROOF_WALK_BYTES_MAX } from './limits.ts'
import { ENTRY_FULL, type Proof } from './proof.ts'
import { pairsFromProof } from './readProof.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { proveIterate, provePrefixes } from './syncer.ts'
import { createTree, type Tree } from './tree.ts'
import { verifyProof } from './verifyProof.ts'

const ALL = 65_535

function treeOf(keys: Iterable<Uint8Array>, value: Uint8Array): Tree {
  const tree = createTree(new Arena(), { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  for (const key of keys) tree.insert(key, value)
  tree.commit({ version: 1n, baseAddress: 1 })
  return tree
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => Uint8Array.of(i >> 16, i >> 8, i))

const askAt = (tree: Tree) => ({
  tree: { root: tree.root, position: tree.root.hash },
  proofVersion: 0,
})
const prefixesOf = (tree: Tree, prefixes: readonly Uint8Array[], limit = ALL) =>
  provePrefixes(tree, { ...askAt(tree), prefixes, limit })
const stepsOf = (tree: Tree, prefetch: number) =>
  proveIterate(tree, { ...askAt(tree), key: EMPTY_BYTES, prefetch })

/** The nodes that a proof tells. */
const told = ({ entries }: Proof) => entries.filter((entry) => entry?.[0] === ENTRY_FULL)
const toldBytes = (proof: Proof) => told(proof).reduce((sum, entry) => sum + entry!.length, 0)

/** How many pairs a proof tells from the first one on, before it says nothing more. */
function pairsIn(tree: Tree, proof: Proof): number {
  let count = 0
  try {
    for (const _ of pairsFromProof(verifyProof(tree.root.hash, proof), EMPTY_BYTES)) count++
  } catch {
    // Here it ends.
  }
  return count
}

describe('Bad input: questions to which there is no end', () => {
  // Looking for what begins with 00 visits the root and a leaf, and finds something else.
  const small = treeOf([Uint8Array.of(0x10), Uint8Array.of(0xff)], Uint8Array.of(1))
  const absent = (count: number) => Array<Uint8Array>(count).fill(Uint8Array.of(0))
  const last = Uint8Array.of(0xff)

  it('PROOF_VISITS_MAX: prefixes of which there is no key cost what their lookups visit', () => {
    const isLastTold = (count: number) => {
      return told(prefixesOf(small, [...absent(count), last])).length === 3
    }
    const most = PROOF_VISITS_MAX / 2
    assert.ok(isLastTold(most - 1))
    assert.ok(!isLastTold(most), 'so many nodes were visited')
    assert.ok(!isLastTold(65_535))
    assert.equal(told(prefixesOf(small, absent(65_536))).length, 2)
  })

  it('PROOF_VISITS_MAX: a walk ends with the step that it is at', () => {
    const tree = treeOf(numbered(40_000), Uint8Array.of(1))
    const longest = stepsOf(tree, ALL)
    const nodes = told(longest).length
    assert.ok(nodes >= PROOF_VISITS_MAX && nodes < PROOF_VISITS_MAX + 24, `${nodes} nodes`)
    const pairs = pairsIn(tree, longest)
    assert.ok(pairs > 32_000 && pairs < 40_000, `${pairs} pairs`)
    assert.deepEqual(stepsOf(tree, pairs - 1), longest)
    assert.ok(told(stepsOf(tree, pairs - 2)).length < PROOF_VISITS_MAX)
    assert.deepEqual(told(prefixesOf(tree, [EMPTY_BYTES])), told(longest))
    assert.equal(pairsIn(tree, stepsOf(tree, 20_000)), 20_001, 'the most that Go asks for')
    assert.equal(pairsIn(tree, prefixesOf(tree, [EMPTY_BYTES], 20_000)), 20_001)
    tree.dispose()
  })

  it('PROOF_WALK_BYTES_MAX: no more is gathered, but for the last step', () => {
    const size = 65_536
    const tree = treeOf(numbered(300), new Uint8Array(size))
    const one = treeOf([EMPTY_BYTES], new Uint8Array(PROOF_WALK_BYTES_MAX))
    for (const proof of [stepsOf(tree, ALL), prefixesOf(tree, [EMPTY_BYTES])]) {
      const bytes = toldBytes(proof)
      assert.ok(bytes >= PROOF_WALK_BYTES_MAX && bytes < PROOF_WALK_BYTES_MAX + size + 1_000)
      const fewer = stepsOf(tree, pairsIn(tree, proof) - 2)
      assert.ok(toldBytes(fewer) < PROOF_WALK_BYTES_MAX)
    }
    assert.equal(pairsIn(one, stepsOf(one, 1)), 1, 'one pair is told, however large')
    for (const each of [tree, one]) each.dispose()
  })
})
