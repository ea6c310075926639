import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { freePorts } from '@wadi/compose/testing/node-process'
import { nodeOf, untilHeight, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-state-sync-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const CHECKPOINTS = {
  stateCheckpointInterval: 10n,
  stateCheckpointNumKept: 10n,
  stateCheckpointChunkSize: 8_388_608n,
}

describe('a client that comes later', () => {
  it('takes the state of others, proved by light blocks of a node that it names', async () => {
    const [own = 0, ...ports] = await freePorts(3)
    const network = createNetworkGenesis({
      seed: 'synced',
      validators: ports.length,
      timeoutCommitMs: 50n,
      params: CHECKPOINTS,
    })
    const validators = makeNetworkFolders({ folder, network, ports })
    const nodes = validators.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
    await Promise.all(nodes.map((node) => node.start()))
    const { dataDir } = validators[0]!
    await untilHeight(dataDir, 25n)
    const hash = await withClient(dataDir, async ({ consensus }) => {
      return toHex((await consensus.getBlock(3n)).hash)
    })
    const clientDir = join(folder, 'client')
    const clientConfig = join(clientDir, 'config.yml')
    mkdirSync(clientDir, { mode: 0o700 })
    const settings = {
      mode: 'client',
      common: { data_dir: clientDir, log: { file: join(clientDir, 'node.log') } },
      genesis: { file: join(folder, 'genesis.json') },
      consensus: {
        listen_address: `tcp://127.0.0.1:${own}`,
        p2p: {
          persistent_peers: validators.map(({ address }) => address),
          allow_duplicate_ip: true,
        },
        state_sync: { enabled: true },
        light_client: { trust: { height: 3, hash, period: '100h' } },
        providers: validators.map((each) => `unix:${join(each.dataDir, 'internal.sock')}`),
        debug: { addr_book_lenient: true },
      },
      p2p: { port: 0 },
      wadi: { test: { snapshot_discovery: '200ms' } },
    }
    writeFileSync(clientConfig, JSON.stringify(settings))
    const client = nodeOf(clientConfig, clientDir)
    await client.start()
    await withClient(clientDir, (asked) => asked.nodeController.waitSync())
    await untilHeight(clientDir, 30n)
    const [first, theirs, ours] = await Promise.all([
      withClient(clientDir, ({ consensus }) => consensus.getLastRetainedHeight()),
      withClient(dataDir, ({ consensus }) => consensus.getBlock(28n)),
      withClient(clientDir, ({ consensus }) => consensus.getBlock(28n)),
    ])
    assert.ok(first > 1n, `blocks from ${first} on`)
    assert.deepEqual(ours.hash, theirs.hash)
    assert.ok(existsSync(join(clientDir, 'application')))
    await Promise.all([client, ...nodes].map((node) => node.stop()))
  })
})
