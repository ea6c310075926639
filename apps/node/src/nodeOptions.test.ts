import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { peerIdOf } from '@wadi/comet-p2p/peer-id'
import type { NodeConfig } from '@wadi/compose/create-node'
import { checkNodeConfig, type NodeConfig as Settings } from '@wadi/node-config/node-config'
import { parseIp } from '@wadi/primitives/ip'
import { levelsOf, nodeOptionsOf, publicAddressOf } from './nodeOptions.ts'
import { PeerNames } from './peerNames.ts'

const settingsOf = (raw: object = {}, flags: readonly string[] = []): Settings =>
  checkNodeConfig(raw, { flags })
const optionsOf = (raw: object = {}, said: string[] = []): Promise<NodeConfig> => {
  const log = createLogger('p2p', ({ sentence, fields }) =>
    said.push(`${sentence} ${fields?.['key']} ${fields?.['peer']}`),
  )
  const names = new PeerNames({ timers: nodeTimers, log })
  const found = nodeOptionsOf(settingsOf(raw), 'data', { names, dial: () => undefined })
  return found.finally(() => names.stop())
}
const isBad = (why: RegExp) => (error: unknown) =>
  error instanceof UnavailableError && error.reason === 'node.setting' && why.test(error.message)

describe('the options of a node', () => {
  it("are the reference's unless told otherwise", async () => {
    const { dataDir, dialect, peers, rounds, pruning, halt, stateSync } = await optionsOf()
    assert.equal(dataDir, 'data')
    assert.equal(dialect.name, 'oasis')
    assert.equal(peers.listen?.port, 26_656)
    assert.equal(peers.externalAddress, undefined)
    assert.deepEqual(peers.persistentPeers, [])
    assert.equal(peers.duplicateIps, 'refused')
    assert.equal(peers.peerExchange, 'on')
    assert.equal(peers.addressBook, 'strict')
    assert.equal(rounds?.timeoutProposeMs, 3_000)
    assert.deepEqual(pruning, { strategy: 'none' })
    assert.deepEqual(halt, { epoch: 0n, height: 0n })
    assert.equal(stateSync, undefined)
  })

  it('name peers by their keys, as the reference, or by their ids', async () => {
    const key = new Uint8Array(32).fill(7)
    const [byKey, byId] = [toBase64(key), peerIdOf(key)]
    const written = [`${byKey}@127.0.0.1:1`, `${byId}@[::1]:2`]
    const p2p = { persistent_peers: written, unconditional_peers: [byKey] }
    const { peers } = await optionsOf({ consensus: { p2p }, p2p: { seeds: [`${byKey}@[::1]:3`] } })
    assert.deepEqual(
      peers.persistentPeers?.map(({ id, port }) => [id, port]),
      [
        [byId, 1],
        [byId, 2],
      ],
    )
    assert.deepEqual(peers.unconditionalPeers, [byId])
    assert.equal(peers.seeds?.[0]?.port, 3)
  })

  it('let in several peers of one address by the name of this release, and of a later one', async () => {
    for (const [place, answer] of [
      [{ p2p: { allow_duplicate_ip: true } }, 'allowed'],
      [{ debug: { allow_duplicate_ip: true } }, 'allowed'],
      [{ debug: { allow_duplicate_ip: false } }, 'refused'],
    ] as const)
      assert.equal((await optionsOf({ consensus: place })).peers.duplicateIps, answer)
  })

  it('say which address makes no sense', async () => {
    await assert.rejects(
      optionsOf({ consensus: { listen_address: 'a.b:1' } }),
      isBad(/consensus\.listen_address/),
    )
  })

  it('go without whose host nobody knows, and say so', async () => {
    const key = toBase64(new Uint8Array(32).fill(7))
    const persistent_peers = [`${key}@nobody.invalid:1`, `${key}@127.0.0.1:2`]
    const said: string[] = []
    const { peers } = await optionsOf({ consensus: { p2p: { persistent_peers } } }, said)
    assert.deepEqual(
      peers.persistentPeers?.map(({ port }) => port),
      [2],
    )
    assert.equal(said.length, 1)
    assert.match(
      said[0]!,
      /is not known: the node asks again consensus\.p2p\.persistent_peers .*@nobody\.invalid:1$/,
    )
  })

  it('tell where it prunes, halts, takes the state of others, and what gas costs', async () => {
    const hash = 'AB'.repeat(32)
    const { stateSync, pruning, halt, minGasPrice } = await optionsOf({
      consensus: {
        halt_height: 9,
        min_gas_price: 3,
        prune: { strategy: 'keep_n', num_kept: 7 },
        state_sync: { enabled: true },
        light_client: { trust: { height: 7, hash, period: '1h' } },
      },
    })
    const trustHash = new Uint8Array(32).fill(0xab)
    const trust = { trustHeight: 7n, trustHash, trustPeriodMs: 3_600_000 }
    assert.deepEqual(stateSync, { ...trust, discoveryMs: 15_000 })
    assert.deepEqual(pruning, { strategy: 'keep_n', kept: 7n })
    assert.equal(minGasPrice, 3n)
    const beyond = { consensus: { min_gas_price: 2n ** 63n } }
    assert.throws(() => settingsOf(beyond), /consensus\.min_gas_price/)
    assert.deepEqual(halt, { epoch: 0n, height: 9n })
  })

  it('say how the state is looked after', async () => {
    const usual = {
      checkpoints: 'made',
      checkpointSubtrees: 1,
      pruneIntervalMs: 120_000,
      checkedEvery: undefined,
    }
    const upkeepOf = async (consensus: object, storage: object = {}) =>
      (await optionsOf({ consensus, storage })).upkeep
    assert.deepEqual(await upkeepOf({}), usual)
    const supplementary_sanity = { enabled: true, interval: 7 }
    assert.deepEqual(
      await upkeepOf({
        checkpointer: { disabled: true, parallel_chunker: true },
        prune: { interval: '3s' },
        supplementary_sanity,
      }),
      { checkpoints: 'none', checkpointSubtrees: 12, pruneIntervalMs: 3_000, checkedEvery: 7n },
    )
    for (const [interval, ms] of [
      ['0s', 1_000],
      ['999ms', 1_000],
      ['1001ms', 1_001],
    ] as const)
      assert.equal((await upkeepOf({ prune: { interval } }))?.pruneIntervalMs, ms)
    const cut = await upkeepOf({}, { checkpointer: { parallel_chunker: true } })
    assert.deepEqual(cut, { ...usual, checkpointSubtrees: 12 })
  })

  it('hide who stands behind a sentry, and dial it again soon enough', async () => {
    const key = toBase64(new Uint8Array(32).fill(7))
    const id = peerIdOf(new Uint8Array(32).fill(7))
    const { peers } = await optionsOf({
      consensus: {
        sentry_upstream_addresses: [`${key}@127.0.0.1:9`],
        p2p: { persistent_peers_max_dial_period: '4s' },
      },
    })
    const found = peers.persistentPeers?.map((peer) => [peer.id, peer.port])
    assert.deepEqual(found, [[id, 9]])
    assert.deepEqual([peers.privatePeers, peers.unconditionalPeers], [[id], [id]])
    assert.equal(peers.persistentDialMsMax, 4_000)
    assert.equal((await optionsOf()).peers.persistentDialMsMax, undefined)
  })

  it('log the inside of the engine only if that is wanted', () => {
    const levels = (level: object, log_debug = false) =>
      levelsOf(settingsOf({ common: { log: { level } }, consensus: { log_debug } }))
    const hushed = levels({ default: 'debug' })
    assert.deepEqual([hushed.modules?.['engine'], hushed.modules?.['p2p']], ['info', 'info'])
    assert.equal(levels({ default: 'debug' }, true).modules?.['engine'], undefined)
    assert.equal(levels({ default: 'error' }).modules?.['engine'], undefined)
    assert.equal(levels({ default: 'debug', engine: 'debug' }).modules?.['engine'], 'debug')
  })

  it('know who signs', async () => {
    const signerOf = async (signer: object) => (await optionsOf({ wadi: { signer } })).signer
    assert.deepEqual(await signerOf({}), { kind: 'file' })
    const files = { kind: 'stock', key_file: 'k.json', state_dir: 'data' }
    const stock = { kind: 'stock', keyPath: 'k.json', stateFolder: 'data' }
    assert.deepEqual(await signerOf(files), stock)
    const publicKey = new Uint8Array(32).fill(7)
    const key = toBase64(publicKey)
    const remote = { kind: 'remote', public_key: key }
    const socket = { kind: 'socket', path: '/run/signer' }
    for (const address of ['unix:///run/signer', 'unix:/run/signer']) {
      const signer = await signerOf({ ...remote, address })
      assert.deepEqual(signer, { kind: 'remote', publicKey, door: socket })
    }
    const address = 'tcp://127.0.0.1:7'
    const { door } = (await signerOf({ ...remote, address, connection_key: key })) as never
    const ip = parseIp('127.0.0.1')
    assert.deepEqual(door, { kind: 'port', endpoint: { ip, port: 7 }, connectionKey: publicKey })
    await assert.rejects(signerOf({ ...remote, address: 'here' }), isBad(/wadi\.signer\.address/))
  })

  it('open a port for others only where one is named', () => {
    const addressOf = (api: object) => publicAddressOf(settingsOf({ wadi: { api } }))
    assert.equal(addressOf({}), undefined)
    const place = { kind: 'tcp', host: '127.0.0.1', port: 9 }
    assert.deepEqual(addressOf({ address: '127.0.0.1:9' }), place)
    const origins = ['https://a.example']
    const web = addressOf({ address: '127.0.0.1:9', web_origins: origins })
    assert.deepEqual(web, { ...place, web: { origins } })
    const files = { tls_key: '/nowhere/key.pem', tls_certificate: '/nowhere/cert.pem' }
    assert.throws(
      () => addressOf({ address: '127.0.0.1:9', ...files }),
      isBad(/wadi\.api\.tls_key/),
    )
  })

  it('have levels of the log by module', () => {
    const { otherwise, modules } = levelsOf(settingsOf())
    assert.equal(otherwise, 'warn')
    assert.deepEqual(modules, {})
    const flags = ['--common.log.level=default=error,engine=debug,worker/storage=info']
    const told = levelsOf(settingsOf({}, flags))
    assert.equal(told.otherwise, 'error')
    assert.equal(told.modules?.['engine'], 'debug')
    assert.equal(told.modules?.['runtime'], 'info', 'as the reference calls it')
  })
})
