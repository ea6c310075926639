import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { nodeOf, untilHeight, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-seed-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Waits until a seed knows so many peers in the network of runtimes. */
async function untilKnown(dataDir: string, count: number): Promise<void> {
  await withClient(dataDir, async ({ nodeController }) => {
    for (;;) {
      const { seed } = await nodeController.getStatus()
      const names = (seed?.nodePeers ?? []).flatMap((peer) => peer.split('/p2p/', 2)[1] ?? [])
      if (new Set(names).size >= count) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })
}

/** Waits for a peer of the network of runtimes that has a service. */
async function untilPeer(dataDir: string, protocol: string): Promise<void> {
  await withClient(dataDir, async ({ nodeController }) => {
    for (;;) {
      const { p2p } = await nodeController.getStatus()
      if ((p2p?.protocols?.get(protocol) ?? 0n) > 0n) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })
}

describe('a seed node', () => {
  it('has validators find each other that know nobody else, and says whom it knows', async () => {
    const [seedPort = 0, seedP2pPort = 0, ...ports] = await freePorts(4)
    const network = createNetworkGenesis({
      seed: 'seeded',
      validators: ports.map((port) => ({ address: `127.0.0.1:${port}` })),
      timeoutCommitMs: 20n,
    })
    const seedDir = join(folder, 'seed')
    mkdirSync(seedDir, { mode: 0o700 })
    const seedConfig = join(seedDir, 'config.yml')
    const common = (dataDir: string) => ({
      data_dir: dataDir,
      log: { file: join(dataDir, 'node.log') },
      debug: { allow_root: true },
    })
    const consensus = (port: number) => ({
      listen_address: `tcp://127.0.0.1:${port}`,
      external_address: `tcp://127.0.0.1:${port}`,
      p2p: { allow_duplicate_ip: true },
      debug: { addr_book_lenient: true },
    })
    const genesis = { file: join(folder, 'genesis.json') }
    writeFileSync(
      seedConfig,
      JSON.stringify({
        mode: 'seed',
        common: common(seedDir),
        genesis,
        consensus: consensus(seedPort),
        p2p: { port: seedP2pPort, discovery: { bootstrap: { allow_private_ips: true } } },
      }),
    )
    const validators = makeNetworkFolders({ folder, network, ports })
    const seed = nodeOf(seedConfig, seedDir)
    await seed.start()
    const { identity, chainContext } = await withClient(seedDir, async (client) => {
      const { seed: status } = await client.nodeController.getStatus()
      await assert.rejects(client.nodeController.isSynced(), { module: 'control', code: 1 })
      return { identity: status?.addresses?.[0] ?? '', chainContext: status?.chainContext }
    })
    assert.equal(chainContext, network.chainContext)
    const nodes = validators.map(({ dataDir }, i) => {
      const configPath = join(dataDir, 'seeded.yml')
      const registration = { entity_id: toBase64(network.validators[i]!.entity.publicKey) }
      // As the reference names them: one key, and the ports of both networks.
      const p2p = { port: 0, seeds: [identity, identity.replace(/\d+$/, `${seedP2pPort}`)] }
      const own = { common: common(dataDir), genesis, consensus: consensus(ports[i]!) }
      writeFileSync(configPath, JSON.stringify({ mode: 'validator', ...own, registration, p2p }))
      return nodeOf(configPath, dataDir)
    })
    // The second asks the seed once it knows the first: nobody is believed for a minute.
    for (const [i, node] of nodes.entries()) {
      await node.start()
      await untilKnown(seedDir, i + 1)
    }
    await untilHeight(validators[0]!.dataDir, 2n)
    // Nobody has registered for runtimes: in their network it is the seed who tells of others.
    const protocol = `/oasis/${network.chainContext}/light/1.0.0`
    for (const { dataDir } of validators) await untilPeer(dataDir, protocol)
    const known = await withClient(seedDir, (client) => client.nodeController.getStatus())
    assert.ok(known.mode === 'seed')
    assert.equal(known.seed?.addresses?.length, 2)
    await Promise.all([seed, ...nodes].map((node) => node.stop()))
  })
})
