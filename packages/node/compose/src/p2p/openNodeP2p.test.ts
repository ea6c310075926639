import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { zero } from '@wadi/cbor/codec'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { NodeList } from '@wadi/consensus/registry/api'
import { LIGHT_SERVICE, protocolOf } from '@wadi/libp2p/names'
import { printKeyName } from '@wadi/libp2p/peer-info'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { Node } from '@wadi/primitives/node'
import { parseNodeAddress, printNodeAddress } from '@wadi/primitives/nodeAddress'
import type { LightAnswer } from '@wadi/tendermint/light/lightTask'
import { createNetworkGenesis } from '../networkGenesis.ts'
import { processClock, processRandom } from '../processWorld.ts'
import { encodedLightBlocks } from '../testing/lightBlocks.ts'
import { ToldNode } from '../testing/toldNode.ts'
import { type NodeP2p, type NodeP2pConfig, openNodeP2p } from './openNodeP2p.ts'

const network = createNetworkGenesis({ seed: 'p2p', validators: 2 })
const { document, chainContext } = network
const protocol = protocolOf(chainContext, LIGHT_SERVICE)

type Changes = Partial<NodeP2pConfig> & {
  readonly files?: MemoryFiles
  readonly document?: GenesisDocument
}

function openP2p(number: number, { files = new MemoryFiles(), ...changes }: Changes = {}) {
  const { document: chosen = document, ...config } = changes
  const log = createLogger('test', SILENT)
  const world = {
    clock: processClock,
    timers: nodeTimers,
    random: processRandom,
    files,
    metrics: new MetricsRegistry(),
    logger: () => log,
  }
  return openNodeP2p({
    config: { listen: { host: '127.0.0.1', port: 0 }, ...config },
    world,
    dataDir: 'data',
    document: chosen,
    identity: { p2p: network.validators[number]!.p2p.signer },
    onFatal: (error) => assert.fail(String(error)),
  })
}

const placeOf = ({ network: { key }, addresses }: NodeP2p) => ({ id: key, address: addresses[0]! })

async function untilConnected({ network: own }: NodeP2p): Promise<void> {
  while (own.peersOf(protocol).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A node whose chain has two blocks. */
function nodeWithBlocks(): ToldNode {
  const blocks = encodedLightBlocks(2)
  const none = undefined as never
  const answer = (asked: bigint) => {
    const height = asked === 0n ? 2n : asked
    return { height, meta: blocks.get(height) }
  }
  return new ToldNode({ 'Consensus/GetLightBlock': { request: none, response: none, answer } })
}

const heightOf = (found: LightAnswer) =>
  found.kind === 'found' ? found.block.signedHeader.header.height : found.kind

describe('the network of runtimes in a node', () => {
  it('serves light blocks of the node, and asks others for theirs', async () => {
    const server = await openP2p(0)
    server.follow(nodeWithBlocks())
    await server.start()
    const client = await openP2p(1, { persistentPeers: [placeOf(server)] })
    await client.start()
    await untilConnected(client)
    const [provider] = client.lightBlocks
    const fetch = (height: bigint) =>
      new Promise<LightAnswer>((resolve) => {
        provider!.fetchLightBlock(height, resolve)
      })
    assert.equal(heightOf(await fetch(1n)), 1n)
    assert.equal(heightOf(await fetch(0n)), 2n)
    assert.deepEqual(client.lightPeers, [printKeyName(server.network.key)])
    const { numPeers, protocols, pubKey, addresses } = client.status
    assert.deepEqual([numPeers, protocols], [1n, new Map([[protocol, 1n]])])
    assert.deepEqual(pubKey, client.network.key)
    assert.deepEqual(addresses, client.addresses)
    await Promise.all([server.stop(), client.stop()])
  })

  it('dials nodes of the registry as soon as the node has caught up', async () => {
    const [other, own] = await Promise.all([openP2p(0), openP2p(1)])
    other.follow(nodeWithBlocks())
    await Promise.all([other.start(), own.start()])
    const node = nodeWithBlocks()
    own.follow(node)
    await node.catchUp()
    const { id, address } = placeOf(other)
    const registered = { ...zero(Node), v: 3, p2p: { ...zero(Node).p2p, id, addresses: [address] } }
    node.tell('Registry/WatchNodeList', NodeList, { nodes: [registered] })
    await untilConnected(own)
    await Promise.all([other.stop(), own.stop()])
  })

  it('knows after a restart whom it knew', async () => {
    const files = new MemoryFiles()
    const server = await openP2p(0)
    server.follow(nodeWithBlocks())
    await server.start()
    const first = await openP2p(1, { files, persistentPeers: [placeOf(server)] })
    await first.start()
    await untilConnected(first)
    await first.stop()
    assert.ok(files.exists('data/p2p/peers.cbor'))
    const second = await openP2p(1, { files })
    await second.start()
    await untilConnected(second)
    await Promise.all([server.stop(), second.stop()])
  })

  it('registers what the operator says, and nothing that nobody reaches', async () => {
    const registered = ['127.0.0.1:1', '8.8.8.8:2'].map(parseNodeAddress)
    const told = async (changes: Changes) => {
      const { addresses } = await openP2p(0, { registered, ...changes })
      return addresses.map(printNodeAddress)
    }
    assert.deepEqual(await told({}), ['127.0.0.1:1', '8.8.8.8:2'])
    const { registry } = document
    const params = { ...registry.params, debugAllowUnroutableAddresses: false }
    const strict = { ...document, registry: { ...registry, params } }
    assert.deepEqual(await told({ document: strict }), ['8.8.8.8:2'])
  })
})
