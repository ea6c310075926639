import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { SeededRandom } from '@wadi/base/random'
import {
  NAMESPACE_SIZE_MAX,
  NAMESPACES_PER_PEER_MAX,
  PEERS_PER_NAMESPACE_MAX,
  REGISTERED_PEERS_MAX,
  REGISTRATION_MS,
} from '../limits.ts'
import { key } from '../testing/keys.ts'
import { Registrations } from './registrations.ts'

const peer = (i: number) => ({ key: key(i), addresses: [] })

function scene() {
  const clock = new FakeClock()
  const registrations = new Registrations(clock)
  const some = (namespace: string, count = 100) =>
    registrations.some(namespace, count, new SeededRandom(1n)).map(({ key: id }) => id[31])
  return { clock, registrations, some }
}

describe("a seed's registrations", () => {
  it('last an hour, again from the last word on', () => {
    const { clock, registrations, some } = scene()
    registrations.add('a', peer(1))
    registrations.add('a', peer(2))
    clock.advance(REGISTRATION_MS - 1)
    registrations.add('a', peer(2))
    assert.equal(some('a').length, 2)
    clock.advance(1)
    assert.deepEqual(some('a'), [2])
    registrations.clean()
    assert.equal(registrations.size, 1)
    registrations.remove('a', key(2))
    registrations.remove('b', key(2))
    assert.equal(registrations.size, 0)
    assert.deepEqual([...registrations.entries()], [])
  })

  it('are told some of, at random', () => {
    const { registrations } = scene()
    for (let i = 0; i < 20; i++) registrations.add('a', peer(i))
    const draw = (seed: bigint) =>
      registrations.some('a', 5, new SeededRandom(seed)).map(({ key: id }) => id[31])
    assert.equal(new Set(draw(1n)).size, 5)
    assert.notDeepEqual(draw(1n), draw(2n))
  })

  it('have so many namespaces of a peer, and names so long', () => {
    const { registrations } = scene()
    for (let i = 0; i < NAMESPACES_PER_PEER_MAX; i++) registrations.add(`${i}`, peer(1))
    assert.throws(() => registrations.add('more', peer(1)), { reason: 'libp2p.tooManyNamespaces' })
    registrations.add('0', peer(1))
    registrations.remove('0', key(1))
    registrations.add('x'.repeat(NAMESPACE_SIZE_MAX), peer(1))
    const long = 'x'.repeat(NAMESPACE_SIZE_MAX + 1)
    assert.throws(() => registrations.add(long, peer(2)), { reason: 'libp2p.badNamespace' })
  })

  it('have so many peers of a namespace', () => {
    const { registrations } = scene()
    for (let i = 0; i < PEERS_PER_NAMESPACE_MAX; i++) registrations.add('a', peer(i))
    const more = peer(PEERS_PER_NAMESPACE_MAX)
    assert.throws(() => registrations.add('a', more), { reason: 'libp2p.tooManyNamespacePeers' })
    registrations.add('a', peer(0))
    registrations.add('b', more)
  })

  it('have so many peers in all', () => {
    const { registrations } = scene()
    const namespace = (i: number) => `${Math.floor(i / PEERS_PER_NAMESPACE_MAX)}`
    for (let i = 0; i < REGISTERED_PEERS_MAX; i++) registrations.add(namespace(i), peer(i))
    const more = peer(REGISTERED_PEERS_MAX)
    assert.throws(() => registrations.add('new', more), { reason: 'libp2p.tooManyPeers' })
    registrations.add('new', peer(0))
    assert.equal(registrations.size, REGISTERED_PEERS_MAX)
  })
})
