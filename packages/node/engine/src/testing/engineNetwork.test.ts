import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EngineNetwork } from './engineNetwork.ts'

describe('engines in lockstep', () => {
  it('decide blocks, and go on when one of them was away', () => {
    const network = new EngineNetwork()
    network.start()
    network.runTo(5n)
    const [first] = network.nodes
    first!.kill()
    network.runTo(12n, { nodes: network.nodes.slice(1) })
    first!.start()
    network.runTo(15n)
    network.stop()
    assert.deepEqual(network.offences, [])
  })
})
