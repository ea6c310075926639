import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { printAddress } from '@wadi/primitives/address'
import { localAccount } from './accounts.ts'
import { createNetwork, type LocalNetwork, type NetworkNode } from './createNetwork.ts'
import { GIFT, openFaucet } from './faucet.ts'
import { START_MS_MAX } from './limits.ts'
import { listSnapshots, restoreNetwork, snapshotNetwork } from './networkSnapshots.ts'
import { nextEpoch } from './nextEpoch.ts'
import { rewindNetwork } from './rewindNetwork.ts'
import { lookAt, readBlockFacts } from './snapshot.ts'
import { followBlocks } from './view/followBlocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-local-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const QUICK = { blockMs: 20, epochBlocks: 10 }

/** Waits for a block by the stream of them. */
async function reach({ nodes }: LocalNetwork, height: bigint): Promise<void> {
  for await (const block of nodes[0]!.client.consensus.watchBlocks())
    if (block.height >= height) return
}

describe('a local network', () => {
  it('makes blocks in one process, begins epochs, and gives tokens away', async () => {
    await using network = await createNetwork(QUICK)
    const { nodes, accounts, files } = network
    await reach(network, 3n)
    const { client, debug } = nodes[0]!
    const faucet = await openFaucet({
      port: files.faucetPort,
      client,
      chainContext: files.chainContext,
      from: accounts.at(-1)!,
    })
    const url = `http://127.0.0.1:${files.faucetPort}/`
    const stranger = localAccount(99)
    const ask = (body: string) => fetch(url, { method: 'POST', body })
    const [given, again] = await Promise.all([
      ask(printAddress(stranger.address)),
      ask(printAddress(stranger.address)),
    ])
    assert.deepEqual([given.status, again.status], [200, 200])
    assert.equal((await ask('oasis1nobody')).status, 400)
    assert.match(await (await fetch(url)).text(), /100 tokens/)
    faucet.close()
    const owner = stranger.address
    const { general } = await nodes[3]!.client.staking.account({ height: 0n, owner })
    assert.equal(general?.balance, 2n * GIFT)
    await debug.debugController.waitNodesRegistered(4n)
    const view = await lookAt(nodes)
    assert.equal(view.nodes.length, 4)
    assert.ok(view.nodes.every(({ isSynced, isAway, peers }) => isSynced && !isAway && peers > 0))
    assert.ok(view.nodes.every(({ power }) => power > 0n))
    assert.match(view.block?.proposer ?? '', /^node-[0-3]$/)
  })

  it('goes on where it was, and refuses other choices than when it began', async () => {
    const place = join(folder, 'kept')
    await using first = await createNetwork({ ...QUICK, folder: place, validators: 1 })
    await reach(first, 3n)
    await first.stop()
    await assert.rejects(createNetwork({ folder: place, validators: 2, blockMs: 1_000 }), {
      reason: 'localnet.choices',
      message: new RegExp(
        `^the network in ${place} began with --validators 1 --block-time 20ms, and ` +
          '--validators 2 --block-time 1000ms is asked for; leave that away, forget ',
      ),
    })
    await using second = await createNetwork({ folder: place, validators: 1 })
    assert.equal(second.nodes.length, 1)
    const { latestHeight } = await second.nodes[0]!.client.consensus.getStatus()
    assert.ok(latestHeight >= 3n, `${latestHeight}`)
    assert.equal(second.files.chainContext, first.files.chainContext)
  })

  it('goes back to a height, and to a copy, and makes other blocks from there', async () => {
    const place = join(folder, 'back')
    const options = { ...QUICK, folder: place, validators: 2 }
    await using first = await createNetwork(options)
    await reach(first, 14n)
    const hashAt = async (network: LocalNetwork, height: bigint) =>
      toHex((await network.nodes[1]!.client.consensus.getBlock(height)).hash)
    const [kept, gone] = [await hashAt(first, 8n), await hashAt(first, 12n)]
    await first.stop()
    const { files } = first
    snapshotNetwork(files, 'far')
    const applied: bigint[] = []
    await rewindNetwork(files, 8n, (height) => applied.push(height))
    assert.deepEqual(applied, [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n])
    await using second = await createNetwork(options)
    await reach(second, 13n)
    assert.equal(await hashAt(second, 8n), kept)
    assert.notEqual(await hashAt(second, 12n), gone)
    const epoch = await second.nodes[0]!.client.beacon.getEpoch(0n)
    const begun = await nextEpoch(second.nodes[0]!)
    const descriptors = await second.nodes[0]!.client.registry.getNodes(0n)
    // Validators are called by peers of the consensus layer alone, and say so again.
    for (const { p2p, consensus } of descriptors)
      assert.deepEqual(
        p2p.addresses,
        consensus.addresses?.map(({ address }) => address),
      )
    assert.ok(begun > epoch)
    assert.ok((await second.nodes[0]!.client.beacon.getEpoch(0n)) >= begun)
    await second.stop()
    assert.deepEqual(listSnapshots(place), ['far'])
    assert.throws(() => snapshotNetwork(files, 'far'), /there is a snapshot far/)
    await assert.rejects(restoreNetwork(files, 'near'), /there is no snapshot near; there are: far/)
    await assert.rejects(
      rewindNetwork(files, 1_000n, () => undefined),
      /choose a height from 1 to/,
    )
    await restoreNetwork(files, 'far')
    await using third = await createNetwork(options)
    assert.equal(await hashAt(third, 12n), gone)
    await reach(third, 16n)
  })

  it('runs each node in a process of its own where that is wanted', async () => {
    const options = { ...QUICK, folder: join(folder, 'apart'), validators: 1 }
    await using network = await createNetwork({ ...options, processes: 'each' })
    await reach(network, 2n)
    const [node] = (await lookAt(network.nodes)).nodes
    assert.deepEqual([node?.isSynced, node?.isAway], [true, false])
    await network.killNode('node-0')
    assert.equal((await lookAt(network.nodes)).nodes[0]?.isAway, true)
    await network.startNode('node-0')
    const { nodeController } = network.nodes[0]!.client
    await nodeController.isSynced(undefined, { whenAway: 'wait', timeoutMs: START_MS_MAX })
    await reach(network, 4n)
  })

  it('kills no node that is here, and says why', async () => {
    await using network = await createNetwork({ ...QUICK, validators: 1 })
    await assert.rejects(network.killNode('node-0'), /node-0 has no process of its own/)
    await network.stopNode('node-0')
  })

  it('tells each block once and in order, also after it stood still without a node', async () => {
    await using network = await createNetwork({ ...QUICK, validators: 2 })
    const { nodes, files } = network
    const life = new AbortController()
    const options = {
      from: 1n,
      signal: life.signal,
      read: (node: NetworkNode, height: bigint) => readBlockFacts(node, height, files),
    }
    const heights: bigint[] = []
    for await (const { block } of followBlocks(nodes, options)) {
      heights.push(block.height)
      assert.match(block.proposer, /^node-[01]$/)
      if (heights.length === 5) await network.stopNode('node-0')
      if (heights.length === 5) void network.startNode('node-0')
      if (heights.length === 40) life.abort()
    }
    assert.deepEqual(
      heights,
      heights.map((_, i) => BigInt(i) + 1n),
    )
  })
})
