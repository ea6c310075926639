import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { freePorts } from '@wadi/compose/free-ports'
import { loadOrCreateNodeKeys, signerIn } from '@wadi/compose/node-keys'
import { createNodeNetwork, type NodeNetwork } from '@wadi/compose/node-network'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { until } from '@wadi/compose/testing/node-process'
import type { Reactor } from '@wadi/contracts/peers'
import { checkNodeConfig } from '@wadi/node-config/node-config'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { nodeOptionsOf } from './nodeOptions.ts'
import { PeerNames } from './peerNames.ts'

const root = mkdtempSync(join(tmpdir(), 'wadi-sentry-'))
after(() => rmSync(root, { recursive: true }))

const description = {
  protocolVersion: { p2p: 8n, block: 11n, app: 1n },
  network: 'sentries',
  version: '0.37.16',
  moniker: 'node',
  txIndex: 'off',
  rpcAddress: '',
} as const

/** Something to speak about: nobody stays with a peer without. */
const reactor: Reactor = {
  name: 'silence',
  channels: [{ id: 0x77, priority: 1, sendQueueMax: 1, messageBytesMax: 1 }],
  addPeer: () => undefined,
  removePeer: () => undefined,
  receive: () => undefined,
}

/** The network of a node with such a file, and without a chain. */
class Place {
  readonly folder: string
  readonly port: number
  readonly #keys
  #metrics = new MetricsRegistry()
  #network: NodeNetwork | undefined

  constructor(name: string, port: number) {
    this.folder = join(root, name)
    this.port = port
    mkdirSync(this.folder, { mode: 0o700 })
    this.#keys = loadOrCreateNodeKeys({ dataDir: this.folder, random: processRandom, nowMs: 0 })
  }

  get address(): string {
    return `${Buffer.from(this.#keys.p2p.publicKey).toString('base64')}@127.0.0.1:${this.port}`
  }

  /** Has it been told addresses? */
  get wasTold(): boolean {
    const series = this.#metrics.collect().flatMap((family) => family.series)
    return series.some(({ labels }) => labels.includes('p2p_PexAddrs'))
  }

  /** What it knows, after its end. */
  get book(): string {
    return readFileSync(join(this.folder, 'config/addrbook.json'), 'utf8')
  }

  get peers() {
    return this.#network?.network.peers() ?? []
  }

  get id(): string {
    return this.#network?.network.id ?? ''
  }

  async start(consensus: object): Promise<void> {
    const settings = checkNodeConfig({
      consensus: {
        listen_address: `tcp://127.0.0.1:${this.port}`,
        debug: { addr_book_lenient: true },
        ...consensus,
      },
    })
    this.#metrics = new MetricsRegistry()
    const log = createLogger('p2p', SILENT)
    const names = new PeerNames({ timers: nodeTimers, log })
    const search = { names, dial: () => undefined }
    const { peers: config } = await nodeOptionsOf(settings, this.folder, search)
    this.#network = createNodeNetwork({
      world: {
        clock: processClock,
        timers: nodeTimers,
        random: processRandom,
        files: nodeFiles,
        metrics: this.#metrics,
        log,
      },
      config,
      folder: this.folder,
      key: {
        publicKey: this.#keys.p2p.publicKey,
        sign: signerIn(oasisDialect, this.#keys.p2p),
      },
      dialect: oasisDialect,
      description,
      reactors: [reactor],
    })
    await this.#network.start()
  }

  stop(): void {
    this.#network?.stop()
  }
}

const open = { allow_duplicate_ip: true }
const closed = { ...open, disable_peer_exchange: true }

async function placesOf<const Names extends readonly string[]>(
  ...names: Names
): Promise<{ readonly [I in keyof Names]: Place }> {
  const ports = await freePorts(names.length)
  return names.map((name, i) => new Place(name, ports[i]!)) as { [I in keyof Names]: Place }
}

describe('a sentry', () => {
  it('dials the validator behind it, whomever else it has room for', async () => {
    const [validator, sentry] = await placesOf('dialed', 'dialing')
    await validator.start({ p2p: closed })
    const sentry_upstream_addresses = [validator.address]
    await sentry.start({ sentry_upstream_addresses, p2p: { ...open, max_num_outbound_peers: 0 } })
    await until('the sentry dials', () => validator.peers.length === 1)
    assert.deepEqual(
      validator.peers.map(({ id, isOutbound }) => [id, isOutbound]),
      [[sentry.id, false]],
    )
    validator.stop()
    sentry.stop()
  })

  it('never tells where the validator is that dialed it', async () => {
    const places = await placesOf('validator', 'sentry', 'known', 'stranger')
    const [validator, sentry, known, stranger] = places
    // Nobody is there: it is the validator that dials.
    const sentry_upstream_addresses = [validator.address.replace(/\d+$/, '1')]
    await sentry.start({ sentry_upstream_addresses, p2p: { ...open, max_num_inbound_peers: 2 } })
    const p2p = { ...open, persistent_peers: [sentry.address] }
    await validator.start({ p2p: { ...p2p, disable_peer_exchange: true } })
    await known.start({ p2p })
    await until('both dial the sentry', () => sentry.peers.length === 2)
    await stranger.start({ p2p })
    // The sentry knows so few that it tells of all of them at once.
    await until('the stranger hears of others', () => stranger.wasTold)
    for (const place of places) place.stop()
    assert.ok(stranger.book.includes(known.id))
    for (const place of [sentry, stranger, known])
      assert.ok(!place.book.includes(validator.id), place.folder)
  })
})
