import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import { EngineNetwork } from './testing/engineNetwork.ts'

const WAITING = { createEmptyBlocks: false, createEmptyBlocksIntervalMs: 0 } as const
const FOUR = [1n, 1n, 1n, 1n]
/** Much longer than a block takes. */
const LONG_MS = 30_000

function heightsOf({ nodes }: EngineNetwork): readonly bigint[] {
  return nodes.map(({ height }) => height)
}

describe('validators that wait for transactions', () => {
  it('make no block without one, and one as soon as there is one', () => {
    const network = new EngineNetwork({ powers: FOUR, rounds: WAITING })
    network.start()
    network.advance(LONG_MS)
    const [before] = heightsOf(network)
    network.advance(LONG_MS)
    assert.deepEqual(heightsOf(network), [before, before, before, before])
    network.nodes[0]!.engine!.mempool.checkTx(Uint8Array.of(1))
    network.runTo(before! + 1n)
    network.stop()
  })

  it('do not forget a transaction that comes while a block is decided', () => {
    const network = new EngineNetwork({ powers: FOUR, rounds: WAITING })
    network.start()
    network.advance(LONG_MS)
    const [first] = network.nodes
    first!.engine!.mempool.checkTx(Uint8Array.of(1))
    const height = first!.height + 2n
    const isVoting = () => {
      const rounds = first!.engine!.rounds!
      return rounds.height === height && rounds.step >= RoundStep.prevote
    }
    while (!isVoting()) network.advance(1)
    for (const node of network.nodes) node.engine!.mempool.checkTx(Uint8Array.of(2))
    network.runTo(height + 1n)
    for (const node of network.nodes) assert.equal(node.engine!.mempool.size, 0)
    network.stop()
  })

  for (const powers of [[1n], FOUR])
    it(`take up what was there before they began: ${powers.length}`, () => {
      const network = new EngineNetwork({ powers, rounds: WAITING })
      network.start()
      network.advance(LONG_MS)
      const [before] = heightsOf(network)
      for (const node of network.nodes) node.kill()
      for (const node of network.nodes) {
        node.start()
        node.engine!.mempool.checkTx(Uint8Array.of(3))
      }
      network.runTo(before! + 1n)
      network.stop()
    })
})
