import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { TxCache } from './txCache.ts'
import { TxSet } from './txSet.ts'

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('push'), key: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove'), key: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), key: fc.nat(12) }) },
)

describe('the cache of transactions', () => {
  it('knows so many, and not one more: the one that was seen longest ago goes', () => {
    const cache = new TxCache(2)
    assert.deepEqual(
      ['a', 'b', 'a', 'c', 'a', 'b'].map((key) => cache.push(key)),
      [true, true, false, true, false, true],
    )
  })

  it('remembers as its plain form does', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.array(action, { maxLength: 80 }), (countMax, actions) => {
        const [cache, plain] = [new TxCache(countMax), new TxSet(countMax)]
        for (const { do: what, key } of actions)
          if (what === 'push') assert.equal(cache.push(`${key}`), plain.push(`${key}`))
          else if (what === 'remove') for (const one of [cache, plain]) one.remove(`${key}`)
          else for (const one of [cache, plain]) one.clear()
      }),
    )
  })
})
