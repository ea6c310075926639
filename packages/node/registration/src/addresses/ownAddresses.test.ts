import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { printNodeAddress } from '@wadi/primitives/nodeAddress'
import { testOwner as key } from '../testing/testNode.ts'
import { type Names, nodeNames } from './nodeNames.ts'
import {
  consensusAddressOf,
  p2pAddressesOf,
  reachableOf,
  reachablePeersOf,
} from './ownAddresses.ts'

const names: Names = {
  lookUp: async (host) => (host === 'six.example.org' ? '2600::6' : '8.8.4.4'),
  outwardAddress: async () => '9.9.9.9',
  ownAddresses: () => ['127.0.0.1', '8.8.8.8', '2600::8'],
}

const own = async (listenAddress: string, externalAddress?: string): Promise<string> => {
  const { id, address } = await consensusAddressOf({ listenAddress, externalAddress }, key, names)
  assert.equal(id, key)
  return printNodeAddress(address)
}

describe('where peers reach a node', () => {
  it('is its external address, or where it listens', async () => {
    assert.equal(await own('tcp://1.2.3.4:5', 'tcp://6.7.8.9:10'), '6.7.8.9:10')
    assert.equal(await own('tcp://1.2.3.4:5'), '1.2.3.4:5')
    assert.equal(await own('tcp://[2600::1]:5'), '[2600::1]:5')
    assert.equal(await own('1.2.3.4:5'), '1.2.3.4:5')
  })

  it('is the address of the way out where it listens everywhere', async () => {
    assert.equal(await own('tcp://0.0.0.0:26656'), '9.9.9.9:26656')
    assert.equal(await own('tcp://1.2.3.4:5', 'tcp://0.0.0.0:7'), '9.9.9.9:7')
  })

  it('may be a name', async () => {
    assert.equal(await own('tcp://0.0.0.0:5', 'tcp://node.example.org:6'), '8.8.4.4:6')
    assert.equal(await own('tcp://0.0.0.0:5', 'tcp://six.example.org:6'), '[2600::6]:6')
  })

  it('has sixteen bytes, as the reference tells it', async () => {
    const { address } = await consensusAddressOf({ listenAddress: '1.2.3.4:5' }, key, names)
    assert.equal(address.ip?.length, 16)
  })

  it('is nowhere if the text is none', async () => {
    for (const text of ['tcp://', 'tcp://1.2.3.4', 'tcp://1.2.3.4:70000', 'a b:5', '::1:5'])
      await assert.rejects(own(text), /malformed/, text)
  })
})

describe('where nodes of runtimes reach a node', () => {
  it('is what the operator says, or every interface', () => {
    const listed = p2pAddressesOf({ addresses: ['1.2.3.4:5', '[2600::1]:6'], port: 9200 }, names)
    assert.deepEqual(listed.map(printNodeAddress), ['1.2.3.4:5', '[2600::1]:6'])
    const all = p2pAddressesOf({ addresses: [], port: 9200 }, names)
    assert.deepEqual(all.map(printNodeAddress), [
      '127.0.0.1:9200',
      '8.8.8.8:9200',
      '[2600::8]:9200',
    ])
  })
})

describe('addresses for the registry', () => {
  const all = p2pAddressesOf({ addresses: [], port: 1 }, names)
  const peers = all.map((address) => ({ id: key, address }))

  it('are those that others can reach, unless the network is one for tests', () => {
    assert.equal(reachableOf(all, 'any').length, 3)
    assert.equal(reachableOf(all, 'routable').length, 2)
    assert.equal(reachablePeersOf(peers, 'any').length, 3)
    assert.equal(reachablePeersOf(peers, 'routable').length, 2)
  })

  it('are needed by a validator', () => {
    const reason = 'registration.noConsensusAddresses'
    assert.throws(() => reachablePeersOf(peers.slice(0, 1), 'routable'), { reason })
    assert.throws(() => reachablePeersOf([], 'any'), { reason })
  })
})

describe('what the operating system knows', () => {
  it('is where localhost is, and that there is a loopback interface', async () => {
    assert.ok(['127.0.0.1', '::1'].includes(await nodeNames.lookUp('localhost')))
    assert.ok(nodeNames.ownAddresses().includes('127.0.0.1'))
  })

  it('is not where a host is that cannot be', async () => {
    await assert.rejects(nodeNames.lookUp('a host'), { reason: 'registration.host' })
  })
})
