import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { peerIdOf } from '@wadi/comet-p2p/peer-id'
import { parseIp } from '@wadi/primitives/ip'
import { levelsOf, nodeConfigOf } from './nodeConfig.ts'
import { SETTINGS } from './settings.ts'

const LEAST = { common: { data_dir: 'data' }, genesis: { file: 'genesis.json' } }
const settingsOf = (consensus: unknown = {}, flags: readonly string[] = []) =>
  SETTINGS.check({ ...LEAST, consensus }, { flags })
const isBad = (why: RegExp) => (error: unknown) =>
  error instanceof UnavailableError && error.reason === 'node.setting' && why.test(error.message)

describe('the configuration of a node', () => {
  it("needs a folder and a genesis document, and is otherwise the reference's", async () => {
    const { dataDir, dialect, peers, rounds } = await nodeConfigOf(settingsOf())
    assert.equal(dataDir, 'data')
    assert.equal(dialect.name, 'oasis')
    assert.equal(peers.listen?.port, 26_656)
    assert.equal(peers.externalAddress, undefined)
    assert.deepEqual(peers.persistentPeers, [])
    assert.equal(peers.duplicateIps, 'refused')
    assert.equal(peers.peerExchange, 'on')
    assert.equal(peers.addressBook, 'strict')
    assert.equal(rounds?.timeoutProposeMs, 3_000)
    assert.throws(() => SETTINGS.check({ common: { data_dir: 'data' } }), /genesis\.file/)
  })

  it('names peers by their keys, as the reference, or by their ids', async () => {
    const key = new Uint8Array(32).fill(7)
    const [byKey, byId] = [toBase64(key), peerIdOf(key)]
    const written = [`${byKey}@127.0.0.1:1`, `${byId}@[::1]:2`, `tcp://${byId}@localhost:3`]
    const { peers } = await nodeConfigOf(settingsOf({ p2p: { persistent_peers: written } }))
    assert.deepEqual(
      peers.persistentPeers?.map(({ id, port }) => [id, port]),
      [
        [byId, 1],
        [byId, 2],
        [byId, 3],
      ],
    )
  })

  it('says which peer or address makes no sense', async () => {
    const consensus = (written: object) => nodeConfigOf(settingsOf(written))
    const peer = (one: string) => consensus({ p2p: { seeds: [one] } })
    await assert.rejects(peer('127.0.0.1:1'), isBad(/consensus\.p2p\.seeds/))
    await assert.rejects(peer(`${'a'.repeat(40)}@127.0.0.1`), isBad(/consensus\.p2p\.seeds/))
    await assert.rejects(consensus({ listen_address: '1.2.3.4' }), isBad(/listen_address/))
    await assert.rejects(consensus({ listen_address: 'a.b:1' }), isBad(/listen_address/))
  })

  it('keeps everything and never halts, unless it is told otherwise', async () => {
    const { pruning, halt } = await nodeConfigOf(settingsOf())
    assert.deepEqual(pruning, { strategy: 'none' })
    assert.deepEqual(halt, { epoch: 0n, height: 0n })
    const prune = { strategy: 'keep_n', num_kept: 7 }
    const told = await nodeConfigOf(settingsOf({ prune, halt_height: 9 }))
    assert.deepEqual(told.pruning, { strategy: 'keep_n', kept: 7n })
    assert.deepEqual(told.halt, { epoch: 0n, height: 9n })
    const both = nodeConfigOf(settingsOf({ halt_height: 9, halt_epoch: 2 }))
    await assert.rejects(both, isBad(/halt_height: only one/))
  })

  it('takes the state of others only with a block that can be trusted', async () => {
    const told = (trust: object) =>
      nodeConfigOf(settingsOf({ state_sync: { enabled: true }, light_client: { trust } }))
    assert.equal((await nodeConfigOf(settingsOf())).stateSync, undefined)
    const hash = 'AB'.repeat(32)
    const { stateSync } = await told({ height: 7, hash, period: '1h' })
    const trustHash = new Uint8Array(32).fill(0xab)
    assert.deepEqual(stateSync, { trustHeight: 7n, trustHash, trustPeriodMs: 3_600_000 })
    await assert.rejects(told({ hash }), isBad(/trust\.height/))
    await assert.rejects(told({ height: 7, hash: 'ab' }), isBad(/trust\.hash/))
    await assert.rejects(told({ height: 7, hash: 'no' }), isBad(/trust\.hash/))
    await assert.rejects(told({ height: 7, hash, period: '0s' }), isBad(/trust\.period/))
  })

  it('knows who signs', async () => {
    const signerOf = async (signer: object) => (await nodeConfigOf(settingsOf({ signer }))).signer
    assert.deepEqual(await signerOf({}), { kind: 'file' })
    const files = { kind: 'stock', key_file: 'k.json', state_dir: 'data' }
    const stock = { kind: 'stock', keyPath: 'k.json', stateFolder: 'data' }
    assert.deepEqual(await signerOf(files), stock)
    const publicKey = new Uint8Array(32).fill(7)
    const key = toBase64(publicKey)
    const remote = { kind: 'remote', public_key: key }
    assert.deepEqual(await signerOf({ ...remote, address: 'unix:///run/signer' }), {
      kind: 'remote',
      publicKey,
      door: { kind: 'socket', path: '/run/signer' },
    })
    const address = 'tcp://127.0.0.1:7'
    const { door } = (await signerOf({ ...remote, address, connection_key: key })) as never
    const ip = parseIp('127.0.0.1')
    assert.deepEqual(door, { kind: 'port', endpoint: { ip, port: 7 }, connectionKey: publicKey })
    await assert.rejects(signerOf({ kind: 'stock' }), isBad(/signer\.state_dir: is needed/))
    await assert.rejects(signerOf({ ...remote }), isBad(/signer\.address: is needed/))
    await assert.rejects(signerOf({ ...remote, address: 'unix' }), isBad(/signer\.address/))
    await assert.rejects(signerOf({ kind: 'remote', address }), isBad(/signer\.public_key/))
  })

  it('has levels of the log by module', () => {
    assert.deepEqual(levelsOf(settingsOf()), { otherwise: 'info', modules: {} })
    const flags = ['--common.log.level=default=warn,engine=debug']
    const levels = levelsOf(settingsOf({}, flags))
    assert.deepEqual(levels, { otherwise: 'warn', modules: { engine: 'debug' } })
  })
})
