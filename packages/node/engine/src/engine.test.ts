import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { EngineNetwork } from './testing/engineNetwork.ts'

const LAST = 4n

/** How many writes a validator makes from one block to the next. */
function writesOfHeight(powers: readonly bigint[]): number {
  const network = new EngineNetwork({ powers })
  network.start()
  network.runTo(2n)
  const [node] = network.nodes
  const before = node!.files.operations
  network.runTo(3n)
  network.stop()
  return node!.files.operations - before
}

describe('An engine whose disk fails at any write', () => {
  for (const powers of [[1n], [1n, 1n, 1n, 1n]]) {
    const step = powers.length === 1 ? 1 : 13
    it(`of ${powers.length} stops, and goes on with the same chain when it is started again`, () => {
      const writes = writesOfHeight(powers)
      const random = new SeededRandom(1n)
      for (let fate = 0; fate < writes; fate += step) {
        const network = new EngineNetwork({ powers })
        network.start()
        network.runTo(2n)
        const node = network.nodes[fate % powers.length]!
        node.files.failAfter(fate)
        while (node.failure === undefined) network.advance(100)
        assert.ok(node.failure instanceof UnavailableError, `${node.failure}`)
        node.kill()
        // Every other time the power is gone as well.
        if (fate % 2 === 1) node.files.cutPower((bound) => randomBelow(random, bound))
        node.start()
        network.runTo(LAST)
        assert.deepEqual(network.offences, [])
        network.stop()
      }
    })
  }

  it('lets go of its stores, so that another one can be started in the same process', () => {
    const network = new EngineNetwork({ powers: [1n] })
    network.start()
    network.runTo(2n)
    const [node] = network.nodes
    node!.files.failAfter(3)
    while (node!.failure === undefined) network.advance(100)
    for (const name of ['wal', 'blocks', 'state', 'evidence']) {
      const lock = node!.files.lock(`engine/${name}/LOCK`)
      assert.notEqual(lock, undefined, name)
      lock?.release()
    }
    node!.kill()
    node!.start()
    network.runTo(LAST)
    network.stop()
  })
})

describe('An engine that was stopped', () => {
  it('does nothing any more, whoever calls', () => {
    const network = new EngineNetwork()
    network.start()
    network.runTo(2n)
    const [node] = network.nodes
    const { engine, reactors } = node!
    const operations = node!.files.operations
    engine!.stop()
    const closed = node!.files.operations
    assert.ok(closed >= operations)
    network.advance(3_000)
    for (const reactor of reactors)
      for (const { id } of reactor.channels)
        for (const peer of node!.ends) reactor.receive(peer, id, Uint8Array.of(0x08))
    assert.equal(node!.files.operations, closed)
    assert.equal(node!.failure, undefined)
    assert.deepEqual(network.offences, [])
    for (const other of network.nodes.slice(1)) other.stop()
  })
})
