import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { parseIp } from '@wadi/primitives/ip'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { createNode, type NodeOptions } from './createNode.ts'
import { createNetworkGenesis } from './networkGenesis.ts'
import { loadOrCreateNodeKeys } from './nodeKeys.ts'
import { processClock, processRandom } from './processWorld.ts'
import { KvstoreApplication } from './testing/kvstoreApplication.ts'

const root = mkdtempSync(join(tmpdir(), 'wadi-node-'))
process.on('exit', () => rmSync(root, { recursive: true }))
const listen = { ip: parseIp('127.0.0.1'), port: 0 }

/** What a node of a network of others is made of, and what it logs. */
function optionsOf(name: string): NodeOptions & { readonly log: MemoryLog } {
  const dataDir = join(root, name)
  nodeFiles.makeFolder(dataDir)
  const log = new MemoryLog()
  return {
    log,
    config: {
      dataDir,
      dialect: oasisDialect,
      peers: { listen, peerExchange: 'on', addressBook: 'lenient' },
    },
    world: {
      clock: processClock,
      timers: nodeTimers,
      random: processRandom,
      files: nodeFiles,
      metrics: new MetricsRegistry(),
      logger: (module) => createLogger(module, log.sink),
    },
    document: createNetworkGenesis({ seed: name, validators: 1 }).document,
    keys: loadOrCreateNodeKeys({ dataDir, random: processRandom, nowMs: 0 }),
    openApplication: (folder) => new KvstoreApplication({ folder }),
    onFatal: (error) => assert.fail(String(error)),
  }
}

const bookOf = ({ config }: NodeOptions) => join(config.dataDir, 'consensus/addrbook.json')

describe('a node', () => {
  it('starts, stops, and begins anew in the same folder', async () => {
    const options = optionsOf('again')
    for (let life = 0; life < 2; life++) {
      const node = createNode({
        ...options,
        world: { ...options.world, metrics: new MetricsRegistry() },
      })
      await node.start()
      assert.ok((node.network.endpoint?.port ?? 0) > 0)
      assert.ok(node.engine.status.isSyncing)
      node.stop()
      assert.equal(JSON.parse(readFileSync(bookOf(options), 'utf8')).key.length, 24)
    }
  })

  it('tells its channels in the order of the reference, peer exchange last', async () => {
    const node = createNode(optionsOf('channels'))
    const ids = node.engine.reactors.flatMap(({ channels }) => channels.map(({ id }) => id))
    assert.deepEqual(ids, [0x40, 0x20, 0x21, 0x22, 0x23, 0x30, 0x38, 0x60, 0x61])
    node.stop()
  })

  it('lets go of everything if something cannot be opened', () => {
    const options = optionsOf('closed')
    const fail = () => {
      throw new UnavailableError('test.application', 'no application')
    }
    assert.throws(() => createNode({ ...options, openApplication: fail }), /no application/)
    // The key is free again: its lock was let go.
    createNode(options).stop()
  })

  it('tells why it cannot go on after it has stopped', async () => {
    const options = optionsOf('fatal')
    const network = createNetworkGenesis({ seed: 'fatal', validators: 1, timeoutCommitMs: 1n })
    const keyPath = join(options.config.dataDir, 'consensus.pem')
    for (const path of [keyPath, keyPath.replace('.pem', '_pub.pem')]) rmSync(path)
    createKeyFile(keyPath, { bytes: () => network.validators[0]!.consensus.seed.reveal().slice() })
    class Failing extends KvstoreApplication {
      override commit(): never {
        throw new UnavailableError('test.commit', 'the disk is full')
      }
    }
    const why = await new Promise((resolve) => {
      const openApplication = (folder: string) => new Failing({ folder })
      void createNode({ ...options, openApplication, onFatal: resolve }).start()
    })
    assert.match(String(why), /the disk is full/)
    createNode({ ...options, world: { ...options.world, metrics: new MetricsRegistry() } }).stop()
  })

  it('begins an address book anew that cannot be read', () => {
    const options = optionsOf('book')
    nodeFiles.makeFolder(join(options.config.dataDir, 'consensus'))
    writeFileSync(bookOf(options), '{"key":')
    createNode(options).stop()
    const said = options.log.records.filter(({ level }) => level === 'warn')
    assert.deepEqual(
      said.map(({ sentence }) => sentence),
      ['the address book cannot be read: it is begun anew'],
    )
    assert.equal(JSON.parse(readFileSync(bookOf(options), 'utf8')).addrs.length, 0)
  })
})
