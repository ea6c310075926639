import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SEED_LEARNS_MS } from '../limits.ts'
import { LIGHT_SERVICE, protocolOf } from '../names.ts'
import { CHAIN } from '../testing/startLoopback.ts'
import { TestNetworks, until } from '../testing/testNetworks.ts'
import { knownTo, memoryBook, startSeed } from '../testing/testSeed.ts'

const PROTOCOL = protocolOf(CHAIN, LIGHT_SERVICE)

describe('a node that is a seed', () => {
  it('makes nodes find each other that know nobody else', async () => {
    const { seed, at } = await startSeed()
    try {
      await using networks = new TestNetworks()
      const beginMs = performance.now()
      const server = await networks.start('server', { seeds: [at] })
      server.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
      await until(() => knownTo(seed).length > 0)
      // Seeds of the reference forget whoever is faster.
      assert.ok(performance.now() - beginMs >= SEED_LEARNS_MS)
      const client = await networks.start('client', { seeds: [at] })
      client.want(PROTOCOL, LIGHT_SERVICE.wanted)
      await until(() => client.peersOf(PROTOCOL).length > 0)
      assert.deepEqual(client.peersOf(PROTOCOL), [server.key])
    } finally {
      await seed.stop()
    }
  })

  it('knows after a restart whom it knew before', async () => {
    const book = memoryBook()
    const first = await startSeed(book)
    await using networks = new TestNetworks()
    const server = await networks.start('server', { seeds: [first.at] })
    server.serve(PROTOCOL, ({ body }, reply) => reply({ kind: 'ok', body }))
    await until(() => knownTo(first.seed).length > 0)
    await first.seed.stop()
    const again = await startSeed(book)
    assert.deepEqual(knownTo(again.seed), [PROTOCOL])
    await again.seed.stop()
  })
})
