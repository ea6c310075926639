import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { AddressSet } from './addressSet.ts'

describe('the set of addresses', () => {
  it('agrees with a set of numbers for addresses at least seven bytes apart', () => {
    const far = fc.integer({ min: 0, max: 2 ** 45 }).map((i) => 1 + i * 7)
    const near = fc.nat(500).map((i) => 1 + i * 7)
    const property = fc.property(fc.array(fc.oneof(far, near)), fc.array(near), (added, asked) => {
      const set = new AddressSet()
      const model = new Set<number>()
      for (const address of added) {
        assert.equal(set.add(address), !model.has(address))
        model.add(address)
      }
      for (const address of [...added, ...asked]) assert.equal(set.has(address), model.has(address))
    })
    fc.assert(property)
  })
})
