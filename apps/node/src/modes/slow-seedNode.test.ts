import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { freePorts } from '@wadi/compose/testing/node-process'
import { nodeOf, untilHeight, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-seed-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

describe('a seed node', () => {
  it('has validators find each other that know nobody else, and says whom it knows', async () => {
    const [seedPort = 0, ...ports] = await freePorts(3)
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
      const p2p = { port: 0, seeds: [identity] }
      const own = { common: common(dataDir), genesis, consensus: consensus(ports[i]!) }
      writeFileSync(configPath, JSON.stringify({ mode: 'validator', ...own, registration, p2p }))
      return nodeOf(configPath, dataDir)
    })
    await Promise.all(nodes.map((node) => node.start()))
    await untilHeight(validators[0]!.dataDir, 2n)
    const known = await withClient(seedDir, (client) => client.nodeController.getStatus())
    assert.ok(known.mode === 'seed')
    await Promise.all([seed, ...nodes].map((node) => node.stop()))
  })
})
