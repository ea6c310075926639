import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { toBase64, toHex } from '@wadi/base/bytes'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { genesisOf } from '@wadi/compose/engine-genesis'
import { freePorts } from '@wadi/compose/free-ports'
import { OasisApplication } from '@wadi/compose/oasis-application'
import { processClock } from '@wadi/compose/process-world'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { Channel } from '@wadi/grpc/channel'
import { loadConfig } from '@wadi/node-config/load-config'
import { loadPublicKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RunningNode } from '../../runningNode.ts'
import { runWords, scratchFolder } from './testing/commandLine.ts'

const net = scratchFolder()
const entityFolder = join(net, 'entity')
const dataDir = join(net, 'validator')
const configPath = join(net, 'validator.yaml')
const genesisPath = join(net, 'genesis.json')
const socket = join(dataDir, 'internal.sock')
const forTests = ['--debug.dont_blame_oasis', '--debug.allow_test_keys'] as const
const atNode = ['--address', `unix:${socket}`] as const

async function succeeds(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await runWords(...words)
  assert.deepEqual([code, err], [0, ''], words.join(' '))
  return out
}

const publicKey = (path: string): PublicKey => PublicKey.check(loadPublicKeyFile(path))

/** A network of one entity with one validator, by commands alone. */
async function provision(port: number): Promise<void> {
  const address = `127.0.0.1:${port}`
  writeFileSync(
    configPath,
    [
      'mode: validator',
      `common: {data_dir: ${dataDir}, debug: {allow_root: true}, log: {file: ${join(net, 'log')}}}`,
      `genesis: {file: ${genesisPath}}`,
      `consensus: {validator: true, listen_address: "tcp://${address}"}`,
      'p2p: {port: 0}',
      '',
    ].join('\n'),
  )
  const files = scratchFolder()
  const signer = ['--signer.dir', entityFolder]
  mkdirSync(entityFolder, { mode: 0o700 })
  await succeeds('registry', 'entity', 'init', ...signer)
  const { id } = JSON.parse(readFileSync(join(entityFolder, 'entity.json'), 'utf8'))
  await succeeds(
    ...['registry', 'node', 'init', '--config', configPath, '--node.role', 'validator'],
    ...['--node.entity_id', id, '--node.expiration', '5'],
    ...['--node.p2p_address', address, '--node.consensus_address', address],
  )
  const descriptor = join(dataDir, 'node_genesis.json')
  await succeeds('registry', 'entity', 'update', ...signer, '--entity.node.descriptor', descriptor)
  writeFileSync(join(files, 'staking.json'), '{"params": {"debonding_interval": 2}}')
  await succeeds(
    ...['genesis', 'init', '-g', genesisPath, '--chain.id', 'provisioned', ...forTests],
    ...['--entity', join(entityFolder, 'entity_genesis.json'), '--node', descriptor],
    ...['--staking', join(files, 'staking.json'), '--staking.token_symbol', 'TEST'],
    ...['--consensus.cometbft.timeout_commit', '20ms', '--consensus.feature_version', '26.1.0'],
    ...['--registry.debug.allow_unroutable_addresses', '--debug.test_entity'],
  )
}

async function untilBlock(): Promise<void> {
  const channel = new Channel({ target: `unix:${socket}`, clock: processClock, timers: nodeTimers })
  const nothing = Uint8Array.of(0xf6)
  for await (const _ of channel.stream('/oasis-core.Consensus/WatchBlocks', nothing)) break
  channel.close()
}

describe('a network that was provisioned by commands', () => {
  let node: RunningNode
  before(async () => {
    const [port] = await freePorts(1)
    await provision(port!)
    const { config: settings } = loadConfig({ file: configPath, environment: {} })
    node = new RunningNode({ settings, dataDir, isForTests: true })
    await node.start()
    await untilBlock()
  })
  after(() => node.stop())

  it('has a document that passes the check, and with which our application begins', async () => {
    const out = await succeeds('genesis', 'check', '-g', genesisPath, ...forTests)
    assert.match(out, /^genesis file is valid and in canonical form\n/)
    const document = parseGenesis(readFileSync(genesisPath, 'utf8'))
    const files = new MemoryFiles()
    const application = new OasisApplication({ document, folder: 'node', files, signer: undefined })
    const request = genesisOf(document, chainTermsOf(document))
    const key = publicKey(join(dataDir, 'consensus_pub.pem'))
    assert.deepEqual(
      request.validators.map((each) => toHex(each.publicKey)),
      [toHex(key)],
    )
    assert.equal(application.initChain(request).appHash.length, 32)
  })

  it('knows its entities, nodes and runtimes', async () => {
    const { id } = JSON.parse(readFileSync(join(entityFolder, 'entity.json'), 'utf8'))
    const entities = await succeeds('registry', 'entity', 'list', ...atNode)
    assert.ok(entities.split('\n').includes(id))
    const verbose = await succeeds('registry', 'entity', 'list', '-v', ...atNode)
    assert.ok(verbose.includes(readFileSync(join(entityFolder, 'entity.json'), 'utf8')))
    const own = toBase64(publicKey(join(dataDir, 'identity_pub.pem')))
    assert.equal(await succeeds('registry', 'node', 'list', ...atNode), `${own}\n`)
    assert.equal(await succeeds('registry', 'runtime', 'list', ...atNode), '')
    const suspended = ['--include_suspended', '-v']
    assert.equal(await succeeds('registry', 'runtime', 'list', ...suspended, ...atNode), '')
  })

  it('knows whether a node is registered', async () => {
    const ask = ['registry', 'node', 'is-registered', ...atNode, '--config'] as const
    assert.equal(await succeeds(...ask, configPath), 'node is registered\n')
    const other = scratchFolder()
    await succeeds('identity', 'init', '--datadir', other)
    const otherConfig = join(other, 'config.yaml')
    writeFileSync(otherConfig, `common: {data_dir: ${other}}\n`)
    const { code, out } = await runWords(...ask, otherConfig)
    assert.deepEqual([code, out], [1, 'node is not registered\n'])
  })

  it('says the address of its node', async () => {
    const own = publicKey(join(dataDir, 'identity_pub.pem'))
    const address = printAddress(stakingAddress(own))
    assert.equal(await succeeds('identity', 'show-address', ...atNode), `${address}\n`)
  })

  it('gives its state as a document that passes the check, at any height and where wanted', async () => {
    const path = join(net, 'dump.json')
    await succeeds('genesis', 'dump', '--height', '1', '-g', path, ...atNode)
    const dump = parseGenesis(readFileSync(path, 'utf8'))
    assert.deepEqual([dump.height, dump.chainId], [1n, 'provisioned'])
    await succeeds('genesis', 'check', '-g', path, ...forTests)
    const printed = await succeeds('genesis', 'dump', '--height', '1', '-g', '', ...atNode)
    assert.equal(printed, readFileSync(path, 'utf8'))
    const { code, err } = await runWords('genesis', 'dump', '--height', '9999999', ...atNode)
    assert.equal(code, 1)
    assert.match(err, /^Error: the node refuses Consensus\/StateToGenesis: .*\n$/)
  })
})
