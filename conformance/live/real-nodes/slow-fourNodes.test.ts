import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { until } from '@wadi/compose/testing/node-process'
import { RealNetwork } from './realNetwork.ts'

const TRANSFERS = 24
/** Transactions take no longer, however busy the machine is. */
const BLOCKS_MAX = 200n
const MEMORY_BYTES_MAX = 200_000_000

/** Transfers of all accounts, one each. */
function transfersOf({ genesis }: RealNetwork, nonce: bigint): readonly Uint8Array[] {
  const { accounts, chainContext } = genesis
  return accounts.map((from, i) => {
    const to = accounts[(i + 1) % accounts.length]!.address
    return signedTransfer({ chainContext, from, to, amount: 5n, nonce })
  })
}

/** Waits until all of the transactions are in blocks. */
async function committed(network: RealNetwork, transactions: readonly Uint8Array[]): Promise<void> {
  const [first] = network.nodes
  const wanted = new Set(transactions.map(toHex))
  for (let height = 1n; wanted.size > 0; height++) {
    await network.reach(height, [first!])
    const block = await network.observer.blockOf(first!.address, height)
    for (const one of block?.transactions ?? []) wanted.delete(toHex(one))
    assert.ok(height < BLOCKS_MAX, `${wanted.size} transactions are in no block`)
  }
}

describe('four nodes, each a process', () => {
  it('agree on blocks with transactions, come back when killed, and end when asked to', async () => {
    await using network = await RealNetwork.start({
      validators: 4,
      accounts: TRANSFERS,
      timeoutCommitMs: 50n,
      seed: 'four nodes',
      epochBlocks: 20n,
    })
    const { nodes, observer, signed } = network
    const [first, second, third, last] = nodes
    try {
      await network.reach(2n)
      const before = transfersOf(network, 0n)
      assert.ok(observer.submit(first!.address, before))
      const after = transfersOf(network, 1n)
      await committed(network, before)

      assert.equal(await last!.kill(), 'SIGKILL')
      const others = [first!, second!, third!]
      await network.reach(network.height + 3n, others)
      assert.ok(observer.submit(second!.address, after))
      await committed(network, after)
      last!.start()
      await until('the killed one is back', () => observer.isConnected(last!.address))
      await network.reach(network.height + 3n)

      assert.equal(await second!.stop(), 0)
      second!.wipe()
      second!.start()
      // The chain goes on while it is compared: only what all have by now is.
      const reached = network.height + 3n
      await network.reach(reached)
      for (let at = 1n; at <= reached; at += 5n) {
        const hashes = await network.hashesAt(at)
        assert.equal(new Set(hashes).size, 1, `${hashes}`)
        assert.notEqual(hashes[0], 'nothing')
      }
      assert.deepEqual(signed.twice, [])
      assert.ok(signed.count > 50)
      for (const node of nodes) assert.ok((node.memoryBytes() ?? 0) <= MEMORY_BYTES_MAX)
      for (const node of nodes) assert.equal(await node.stop(), 0)
    } catch (error) {
      throw new Error(`${error}; the nodes said last:\n${network.lastLines()}`, { cause: error })
    }
  })
})
