import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { PoolTx } from './poolTx.ts'
import { RecentTxs } from './recentTxs.ts'
import { txKeyOf } from './txKey.ts'

function poolTx(transaction: Uint8Array): PoolTx {
  const rest = { gasWanted: 1n, sender: '', onFate: undefined, priority: 1n, peers: [] }
  const key = txKeyOf(transaction)
  return { transaction, key, sequence: 0, height: 1n, arrivedMs: 0, isGone: false, ...rest }
}

/** Many that differ in a few bytes, at either end or where nobody looks. */
const similar = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.nat(199), fc.nat(3))
  .map(([size, at, byte]) => new Uint8Array(size).fill(byte, at, at + 1))
const action = fc.record({ does: fc.constantFrom('add', 'remove'), bytes: similar })

describe('recent transactions', () => {
  it('are found by the same bytes, and not after they were removed', () => {
    const recent = new RecentTxs()
    const tx = poolTx(Uint8Array.of(1, 2, 3))
    recent.add(tx)
    assert.equal(recent.find(Uint8Array.of(1, 2, 3)), tx)
    assert.equal(recent.find(Uint8Array.of(1, 2, 4)), undefined)
    recent.remove(tx)
    assert.equal(recent.find(Uint8Array.of(1, 2, 3)), undefined)
  })

  it('are not mixed up if only bytes differ that do not choose the place', () => {
    const recent = new RecentTxs()
    const one = poolTx(new Uint8Array(100))
    const other = poolTx(new Uint8Array(100).fill(1, 50, 51))
    recent.add(one)
    assert.equal(recent.find(other.transaction), undefined)
    recent.add(other)
    recent.remove(one)
    assert.equal(recent.find(other.transaction), other)
  })

  it('are those that a map by their hashes has, if they are found', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const recent = new RecentTxs()
        const plain = new Map<string, PoolTx>()
        for (const { does, bytes } of actions) {
          const known = plain.get(txKeyOf(bytes))
          const found = recent.find(bytes.slice())
          if (found !== undefined) assert.equal(found, known)
          if (does === 'add' && known === undefined) {
            const tx = poolTx(bytes)
            recent.add(tx)
            plain.set(tx.key, tx)
            assert.equal(recent.find(bytes.slice()), tx)
          } else if (does === 'remove' && known !== undefined) {
            recent.remove(known)
            plain.delete(known.key)
          }
        }
      }),
    )
  })
})
