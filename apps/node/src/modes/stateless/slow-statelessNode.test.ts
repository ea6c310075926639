import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { StatusState } from '@wadi/consensus/consensus/status'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { lateClient } from '../../testing/lateClient.ts'
import { untilHeight, withClient } from '../../testing/nodesHere.ts'

describe('a client without a state', () => {
  it('answers what it can prove with light blocks of peers, and keeps nothing', async () => {
    const scene = await lateClient('stateless')
    const { network, validators, clientDir, consensus, peers, start, stop } = scene
    const { dataDir } = validators[0]!
    const [alice, bob] = network.accounts
    const settings = {
      consensus: {
        ...consensus,
        local_storage: false,
        providers: [`unix:${join(dataDir, 'internal.sock')}`],
      },
      p2p: { port: 0, connection_manager: { persistent_peers: peers } },
    }
    const client = await start(settings)
    await withClient(clientDir, async (asked) => {
      await asked.nodeController.waitSync()
      const block = await asked.consensus.getBlock(20n)
      const { height } = block
      const [theirs, ours] = await Promise.all(
        [dataDir, clientDir].map((folder) =>
          withClient(folder, async ({ staking, consensus: chain, registry }) => ({
            hash: (await chain.getBlock(height)).hash,
            account: await staking.account({ height, owner: alice!.address }),
            nodes: await registry.getNodes(height),
            transactions: await chain.getTransactions(height),
            genesis: await chain.getGenesisDocument(),
          })),
        ),
      )
      assert.deepEqual(ours, theirs)

      const order = { chainContext: network.chainContext, from: alice!, to: bob!.address }
      const transfer = signedTransfer({ ...order, amount: 7n, nonce: 0n })
      await asked.consensus.submitTx(decode(SignedTransaction, transfer))
      const { general } = await asked.staking.account({ height: 0n, owner: alice!.address })
      assert.equal(general?.nonce, 1n)

      // What nobody proves is not told.
      await assert.rejects(asked.staking.getEvents(height), /there is no proof/)

      const status = await asked.nodeController.getStatus()
      assert.equal(status.consensus?.status, StatusState.names.ready)
      assert.equal(status.consensus.features, 1)
      assert.ok(status.consensus.latestHeight > 20n)
      assert.equal(status.p2p?.numPeers, 2n)
      assert.equal(status.lightClient?.peerIds?.length, 2)
    })
    await untilHeight(clientDir, 40n)
    assert.ok(!existsSync(join(clientDir, 'application')))

    // The next time it begins where it was.
    await client.stop()
    assert.ok(existsSync(join(clientDir, 'consensus/light/trusted.cbor')))
    const again = await start(settings)
    await withClient(clientDir, ({ nodeController }) => nodeController.waitSync())
    await again.stop()
    await stop()
  })
})
