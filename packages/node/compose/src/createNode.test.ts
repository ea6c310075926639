import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { Timers } from '@wadi/base/timers'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import { createStockKeyFile } from '@wadi/engine/stock-key-file'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { parseIp } from '@wadi/primitives/ip'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { createNode, type Node, type NodeOptions } from './createNode.ts'
import { freePorts } from './freePorts.ts'
import { createNetworkGenesis } from './networkGenesis.ts'
import { loadOrCreateNodeKeys } from './nodeKeys.ts'
import type { SignerConfig } from './nodeSigner.ts'
import { processClock, processRandom } from './processWorld.ts'
import { DialingSigner } from './testing/dialingSigner.ts'
import { KvstoreApplication, type KvstoreOptions } from './testing/kvstoreApplication.ts'
import { until } from './testing/nodeProcess.ts'

const root = mkdtempSync(join(tmpdir(), 'wadi-node-'))
process.on('exit', () => rmSync(root, { recursive: true }))
const YEARS_MS = 100 * 365 * 86_400_000
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

/** The only validator of a network, with blocks as fast as they come. */
function validatorOf(name: string): ReturnType<typeof optionsOf> {
  const options = optionsOf(name)
  const network = createNetworkGenesis({ seed: name, validators: 1, timeoutCommitMs: 1n })
  const keyPath = join(options.config.dataDir, 'consensus.pem')
  for (const path of [keyPath, keyPath.replace('.pem', '_pub.pem')]) rmSync(path)
  createKeyFile(keyPath, { bytes: () => network.validators[0]!.consensus.seed.reveal().slice() })
  const { dataDir } = options.config
  const keys = loadOrCreateNodeKeys({ dataDir, random: processRandom, nowMs: 0 })
  return { ...options, document: network.document, keys }
}

/** The same in another life. */
function anew(options: NodeOptions): NodeOptions {
  return { ...options, world: { ...options.world, metrics: new MetricsRegistry() } }
}

/** Why a node ends that goes on until it cannot. */
async function endingOf(options: NodeOptions): Promise<string> {
  return String(
    await new Promise((resolve, reject) => {
      createNode({ ...anew(options), onFatal: resolve })
        .start()
        .catch(reject)
    }),
  )
}

/** Tells of every committed height. */
class Watched extends KvstoreApplication {
  readonly #onCommit: (height: bigint) => void

  constructor(onCommit: (height: bigint) => void, options: KvstoreOptions) {
    super(options)
    this.#onCommit = onCommit
  }

  override commit() {
    const response = super.commit()
    this.#onCommit(this.info().height)
    return response
  }
}

type Open = (folder: string, onCommit: (height: bigint) => void) => KvstoreApplication
const openPlain: Open = (folder, onCommit) => new Watched(onCommit, { folder })

/** A node that has come as far, and runs; `begin` is done when it has started. */
async function nodeAt(
  height: bigint,
  options: NodeOptions,
  open: Open = openPlain,
  begin: () => void = () => undefined,
): Promise<Node> {
  let tell: () => void = () => undefined
  const isDone = new Promise<void>((resolve) => {
    tell = resolve
  })
  const openApplication = (folder: string) =>
    open(folder, (reached) => {
      if (reached >= height) tell()
    })
  const node = createNode({ ...anew(options), openApplication })
  await node.start()
  begin()
  await isDone
  return node
}

/** Has the light blocks of a node. */
function providerOf({ blockStore, stateStore }: Node['engine']): LightBlockProvider {
  return {
    name: 'a node of this process',
    fetchLightBlock(asked, answer) {
      const height = asked === 0n ? blockStore.height : asked
      const header = blockStore.loadMeta(height)?.header
      const commit = blockStore.loadCommit(height) ?? blockStore.loadSeenCommit(height)
      const validatorSet = stateStore.loadValidators(height)
      if (header === undefined || commit === undefined || validatorSet === undefined)
        answer({ kind: height > blockStore.height ? 'too-high' : 'missing' })
      else answer({ kind: 'found', block: { signedHeader: { header, commit }, validatorSet } })
    },
    fetchParams: (height, answer) => answer(stateStore.loadConsensusParams(height)),
    reportEvidence: () => undefined,
    reportBad: (why) => assert.fail(why),
  }
}

const bookOf = ({ config }: NodeOptions) => join(config.dataDir, 'consensus/config/addrbook.json')

describe('a node', () => {
  it('starts, stops, and begins anew in the same folder', async () => {
    const options = optionsOf('again')
    for (let life = 0; life < 2; life++) {
      const node = createNode(anew(options))
      await node.start()
      assert.ok((node.network.endpoint?.port ?? 0) > 0)
      assert.ok(node.engine.status.isSyncing)
      node.stop()
      assert.equal(JSON.parse(readFileSync(bookOf(options), 'utf8')).key.length, 24)
    }
  })

  it('keeps everything in its folder to its owner', { skip: process.platform === 'win32' }, () => {
    const { config, ...others } = validatorOf('owned')
    createNode({ config, ...others }).stop()
    const names = readdirSync(config.dataDir, { recursive: true, encoding: 'utf8' })
    assert.ok(names.includes('consensus/oasis_priv_validator.lock'))
    for (const name of names) {
      const stat = statSync(join(config.dataDir, name))
      assert.equal(stat.mode & 0o077, 0, name)
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

  it('lets go of everything if the application is not where the chain is', async () => {
    const { openApplication: _, ...options } = validatorOf('apart')
    await endingOf({ ...options, config: { ...options.config, halt: { height: 3n } } })
    const other = { ...options, openApplication: () => new KvstoreApplication({}) }
    assert.throws(() => createNode(anew(other)), /disagree about the state/)
    createNode(anew(options)).stop()
  })

  it('tells why it cannot go on after it has stopped', async () => {
    const options = validatorOf('fatal')
    class Failing extends KvstoreApplication {
      override commit(): never {
        throw new UnavailableError('test.commit', 'the disk is full')
      }
    }
    const openApplication = (folder: string) => new Failing({ folder })
    assert.match(await endingOf({ ...options, openApplication }), /the disk is full/)
    createNode(anew(options)).stop()
  })

  it('tells others what it has for a while, when it has to be upgraded', async () => {
    const { openApplication: _, ...options } = validatorOf('lingering')
    let endNow: (() => void) | undefined
    const after: Timers['after'] = (ms, run) => {
      const isEnd = options.log.records.at(-1)?.sentence.startsWith('agreeing has ended')
      if (isEnd !== true || ms < 20_000 || ms > 40_000) return nodeTimers.after(ms, run)
      endNow ??= run
      return { cancel: () => undefined }
    }
    const config = { ...options.config, halt: { height: 3n }, upgradeStopDelayMs: 20_000 }
    const world = { ...options.world, timers: { after } }
    let ending = 'none'
    const node = createNode({
      ...options,
      config,
      world,
      onFatal: (error) => (ending = `${error}`),
    })
    await node.start()
    const { engine, network } = node
    await until('agreeing ends', () => endNow !== undefined)
    assert.equal(engine.status.chain.lastBlockHeight, 2n)
    const { openApplication: _other, ...lagging } = optionsOf('lagging')
    const persistentPeers = [{ id: network.id, ...network.endpoint! }]
    const peers = { ...lagging.config.peers, persistentPeers }
    const { document } = options
    const other = createNode({ ...lagging, document, config: { ...lagging.config, peers } })
    await other.start()
    await until(
      'the other has the last block',
      () => other.engine.status.chain.lastBlockHeight === 2n,
    )
    assert.equal(ending, 'none')
    // What others want of it then does not end it.
    assert.notEqual(engine.mempool.checkTx(new Uint8Array(9)).response.code, 0)
    endNow?.()
    assert.match(ending, /halt at height 3/)
    other.stop()
    createNode(anew(options)).stop()
  })

  it('stops before the height that its operator does not want, and leaves its state', async () => {
    const { openApplication: _, ...options } = validatorOf('halt')
    const { dataDir } = options.config
    const path = join(dataDir, 'exports/genesis-wadi network halt-at-3.json')
    const halting = { ...options, config: { ...options.config, halt: { height: 4n } } }
    // Again after the first time: the node comes as far, and no further.
    for (let life = 0; life < 2; life++) {
      assert.match(await endingOf(halting), /the configuration says to halt at height 4/)
      const text = readFileSync(path, 'utf8')
      rmSync(path)
      const { height, genesisTime, chainId } = parseGenesis(text)
      assert.deepEqual([height, chainId], [3n, 'wadi network halt'])
      const node = createNode(anew(options))
      const { lastBlockHeight, lastBlockTime } = node.engine.status.chain
      node.stop()
      // To seconds: the reference's documents have no smaller unit.
      assert.deepEqual([lastBlockHeight, lastBlockTime.seconds], [3n, genesisTime.seconds])
    }
  })

  it("has its blocks signed with CometBFT's files, or by a signer that dials in", async () => {
    const options = validatorOf('elsewhere')
    const { dataDir, dialect } = options.config
    const { consensus: key, p2p: connectionKey } = options.keys
    const keyPath = join(dataDir, 'priv_validator_key.json')
    createStockKeyFile(keyPath, key)
    const signedBy = (signer: SignerConfig): NodeOptions => {
      const folder = join(dataDir, signer.kind)
      return { ...options, config: { ...options.config, dataDir: folder, signer } }
    }
    ;(await nodeAt(3n, signedBy({ kind: 'stock', keyPath, stateFolder: dataDir }))).stop()
    const [port] = await freePorts(1)
    const endpoint = { ip: parseIp('127.0.0.1'), port: port! }
    const { publicKey } = key
    const remote = { kind: 'remote', publicKey, door: { kind: 'port', endpoint } } as const
    let signer: DialingSigner | undefined
    const node = await nodeAt(3n, signedBy(remote), openPlain, () => {
      signer = new DialingSigner({ endpoint, key, connectionKey, dialect })
    })
    node.stop()
    for (const kind of ['key-request', 'vote-request', 'proposal-request'] as const)
      assert.ok(signer?.asked.includes(kind), kind)
  })

  it('takes the state of others, if somebody has light blocks', async () => {
    const options = validatorOf('old')
    const snapshotInterval = 25n
    const old = await nodeAt(30n, options, (folder, commit) => {
      return new Watched(commit, { folder, snapshotInterval })
    })
    const { blockStore } = old.engine
    const trustHash = blockStore.loadMeta(2n)!.blockId.hash
    const { port } = old.network.endpoint!
    const young = {
      ...optionsOf('young'),
      document: options.document,
      lightBlocks: [providerOf(old.engine), providerOf(old.engine)],
    }
    const stateSync = { trustHeight: 2n, trustHash, trustPeriodMs: YEARS_MS, discoveryMs: 100 }
    const persistentPeers = [{ id: old.network.id, ...listen, port }]
    const config = { ...young.config, stateSync }
    // Looking for snapshots takes seconds, however fast they come.
    const timers: Timers = { after: (ms, run) => nodeTimers.after(ms / 10, run) }
    const world = { ...young.world, timers }
    config.peers = { ...config.peers, persistentPeers }
    const synced = await nodeAt(31n, { ...young, config, world }, (folder, commit) => {
      return new Watched(commit, { folder })
    })
    const said = young.log.records.map(({ sentence }) => sentence)
    assert.ok(said.includes('restored a snapshot'))
    assert.ok(synced.engine.blockStore.base > 1n)
    for (const node of [synced, old]) node.stop()
    const { lightBlocks: _, ...alone } = { ...optionsOf('alone'), lightBlocks: [] }
    const lost = { ...alone, config: { ...alone.config, stateSync } }
    assert.throws(
      () => createNode(lost),
      /0 nodes are named that have light blocks, and it takes 2/,
    )
  })

  it('says why it cannot leave its state, and stops all the same', async () => {
    const { openApplication: _, ...options } = validatorOf('unsaved')
    writeFileSync(join(options.config.dataDir, 'exports'), '')
    const halting = { ...options, config: { ...options.config, halt: { height: 2n } } }
    assert.match(await endingOf(halting), /the configuration says to halt at height 2/)
    const said = options.log.records.filter(({ level }) => level === 'error')
    assert.deepEqual(
      said.map(({ sentence }) => sentence),
      ['no genesis document is written'],
    )
  })

  it('tells that it exchanges no addresses, where it does not', () => {
    for (const peerExchange of ['on', 'off'] as const) {
      const options = optionsOf(`exchange ${peerExchange}`)
      const peers = { ...options.config.peers, peerExchange }
      createNode({ ...options, config: { ...options.config, peers } }).stop()
      const event = 'cometbft/peer_exchange_disabled'
      const told = options.log.records.filter(({ fields }) => fields['log_event'] === event)
      assert.deepEqual(
        told.map(({ level }) => level),
        peerExchange === 'on' ? [] : ['info'],
      )
    }
  })

  it('begins an address book anew that cannot be read', () => {
    const options = optionsOf('book')
    nodeFiles.makeFolder(join(options.config.dataDir, 'consensus/config'))
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
