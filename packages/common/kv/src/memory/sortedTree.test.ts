import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes } from '@wadi/base/bytes'
import fc from 'fast-check'
import { ascend, descend, type FrozenTree, getFrom, SortedTree } from './sortedTree.ts'

const keyOf = (n: number): Uint8Array => Uint8Array.of(n >> 16, n >> 8, n)
const numbersOf = (root: FrozenTree): number[] =>
  Array.from(ascend(root, {}), ({ key }) => (key[0]! << 16) | (key[1]! << 8) | key[2]!)

describe('the sorted tree', () => {
  it('stays sorted through thousands of keys in rising, falling and mixed order', () => {
    for (const step of [1, 4095, 1237]) {
      const tree = new SortedTree()
      for (let i = 0; i < 4096; i++) {
        const key = keyOf((i * step) % 4096)
        tree.put({ key, value: key })
      }
      assert.deepEqual(
        numbersOf(tree.peek()),
        Array.from({ length: 4096 }, (_, i) => i),
      )
      const reverse = Array.from(descend(tree.peek(), {}))
      assert.ok(reverse.every(({ key }, i) => compareBytes(key, keyOf(4095 - i)) === 0))
      for (let i = 0; i < 4096; i++) tree.delete(keyOf((i * step) % 4096))
      assert.deepEqual(numbersOf(tree.peek()), [])
    }
  })

  it('never changes what was frozen', () => {
    const step = fc.record({ key: fc.nat(300), isPut: fc.boolean(), freezes: fc.boolean() })
    const property = fc.property(fc.array(step, { minLength: 300, maxLength: 400 }), (steps) => {
      const tree = new SortedTree()
      const model = new Set<number>()
      const frozen: (readonly [FrozenTree, readonly number[]])[] = []
      for (const { key, isPut, freezes } of steps) {
        if (isPut) tree.put({ key: keyOf(key), value: keyOf(key) })
        else tree.delete(keyOf(key))
        if (isPut) model.add(key)
        else model.delete(key)
        if (freezes) frozen.push([tree.freeze(), Array.from(model).sort((a, b) => a - b)])
      }
      for (const [root, expected] of frozen) {
        assert.deepEqual(numbersOf(root), expected)
        for (const key of expected) assert.ok(getFrom(root, keyOf(key)))
      }
    })
    fc.assert(property, { numRuns: 60 })
  })
})
