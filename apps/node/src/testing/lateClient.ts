/** A client of a network that has a chain already. For tests. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64, toHex } from '@wadi/base/bytes'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { nodeOf, untilHeight, withClient } from './nodesHere.ts'

const CHECKPOINTS = {
  stateCheckpointInterval: 10n,
  stateCheckpointNumKept: 10n,
  stateCheckpointChunkSize: 8_388_608n,
}

/** Two validators with a chain, of which a block is known; and the settings of a client of it. */
export async function lateClient(seed: string) {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-late-client-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [own = 0, metrics = 0, first = 0, second = 0, ...p2pPorts] = await freePorts(6)
  const network = createNetworkGenesis({
    seed,
    validators: 2,
    timeoutCommitMs: 50n,
    params: CHECKPOINTS,
  })
  const validators = makeNetworkFolders({
    folder,
    network,
    ports: [first, second],
    settings: (node) => ({ p2p: { port: p2pPorts[node] } }),
  })
  const nodes = validators.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
  await Promise.all(nodes.map((node) => node.start()))
  const { dataDir } = validators[0]!
  await untilHeight(dataDir, 25n)
  const hash = await withClient(dataDir, async ({ consensus }) => {
    return toHex((await consensus.getBlock(3n)).hash)
  })
  const clientDir = join(folder, 'client')
  mkdirSync(clientDir, { mode: 0o700 })
  const settings = {
    mode: 'client',
    common: { data_dir: clientDir, log: { file: join(clientDir, 'node.log') } },
    genesis: { file: join(folder, 'genesis.json') },
    metrics: { mode: 'pull', address: `127.0.0.1:${metrics}` },
    wadi: { test: { snapshot_discovery: '200ms' } },
  }
  const consensus = {
    listen_address: `tcp://127.0.0.1:${own}`,
    p2p: {
      persistent_peers: validators.map(({ address }) => address),
      allow_duplicate_ip: true,
    },
    light_client: { trust: { height: 3, hash, period: '100h' } },
    debug: { addr_book_lenient: true },
  }
  const start = async (more: object) => {
    const clientConfig = join(clientDir, 'config.yml')
    writeFileSync(clientConfig, JSON.stringify({ ...settings, ...more }))
    const client = nodeOf(clientConfig, clientDir)
    await client.start()
    nodes.push(client)
    return client
  }
  /** Where the validators are in the network of runtimes. */
  const peers = network.validators.map(
    ({ p2p }, i) => `${toBase64(p2p.publicKey)}@127.0.0.1:${p2pPorts[i]}`,
  )
  const stop = () => Promise.all(nodes.map((node) => node.stop()))
  return { network, validators, clientDir, metrics, consensus, peers, start, stop }
}
