import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { SHUFFLED_PEERS } from '../limits.ts'
import { key } from '../testing/keys.ts'
import { PeerRatings } from './peerRatings.ts'

const COUNT = 12
const last = (peer: PublicKey) => peer[31]!

function rated() {
  const ratings = new PeerRatings()
  for (let i = 0; i < COUNT; i++) ratings.add(key(i))
  return ratings
}

describe('ratings of peers', () => {
  it('put whoever answers sooner before, with the first few in any order', () => {
    const ratings = rated()
    for (let i = 0; i < COUNT; i++) ratings.succeeded(key(i), 100 * (COUNT - i))
    const orders = [1n, 2n, 3n].map((seed) => ratings.best(new SeededRandom(seed)).map(last))
    const sorted = Array.from({ length: COUNT }, (_, i) => COUNT - 1 - i)
    for (const order of orders) {
      assert.deepEqual(order.slice(SHUFFLED_PEERS), sorted.slice(SHUFFLED_PEERS))
      assert.deepEqual(
        order.toSorted((a, b) => b - a),
        sorted,
      )
    }
    assert.ok(orders.some((order) => order.join() !== orders[0]!.join()))
  })

  it('put whoever fails behind, and who was never asked a bit before the average', () => {
    const ratings = rated()
    for (let i = 0; i < COUNT - 1; i++) ratings.succeeded(key(i), 100)
    for (let i = 0; i < SHUFFLED_PEERS; i++) ratings.failed(key(i), 100)
    const order = ratings.best(new SeededRandom(1n)).map(last)
    assert.ok(order.slice(0, SHUFFLED_PEERS).includes(COUNT - 1))
    const worst = order.slice(-SHUFFLED_PEERS).toSorted((a, b) => a - b)
    assert.deepEqual(worst, [0, 1, 2, 3, 4])
  })

  it('are of those only who are there and asked for', () => {
    const ratings = rated()
    ratings.remove(key(3))
    const random = new SeededRandom(1n)
    const among = [key(3), key(4), key(77)]
    assert.deepEqual(ratings.best(random, among).map(last), [4])
    assert.deepEqual(ratings.best(random, []), [])
    assert.equal(ratings.best(random).length, COUNT - 1)
    ratings.succeeded(key(77), 5)
    assert.equal(ratings.has(key(77)), false)
  })
})
