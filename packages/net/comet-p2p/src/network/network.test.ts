import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ECHO, TestWorld } from '../testing/testNode.ts'

describe('Network', () => {
  it('makes peers of two nodes and carries messages both ways', () => {
    const world = new TestWorld()
    const [a, b] = [world.started(1), world.started(2)]
    world.connect(a, b)
    assert.deepEqual([...a.reactor.peers.keys()], [b.network.id])
    assert.deepEqual([...b.reactor.peers.keys()], [a.network.id])
    const long = world.random.bytes(90_000)
    assert.ok(a.reactor.peers.get(b.network.id)!.send(ECHO.id, long))
    assert.ok(b.reactor.peers.get(a.network.id)!.send(ECHO.id, Uint8Array.of(1, 2)))
    world.time.settle()
    assert.deepEqual(b.reactor.messages, [{ from: a.network.id, channel: ECHO.id, bytes: long }])
    assert.deepEqual(a.reactor.messages[0]!.bytes, Uint8Array.of(1, 2))
  })
})
