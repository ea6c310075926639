import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isReferenceAbsent } from '@wadi/node-config/testing/reference-files'
import { blockOf, CHECKPOINTS, firstBlockOf, reach, trusting, withoutRuntimes } from './joining.ts'
import { ProvisionedNetwork } from './provisionedNetwork.ts'
import type { ProvisionedNode } from './provisionedNode.ts'

const skip = isReferenceAbsent && "the reference's command lines are not here"
describe('a network provisioned by the recorded command lines alone', { skip }, () => {
  let network: ProvisionedNetwork
  let validators: readonly ProvisionedNode[]
  let first: ProvisionedNode

  before(async () => {
    network = await ProvisionedNetwork.provision({ genesis: CHECKPOINTS })
    for (const node of network.nodes.values()) node.start()
    validators = [...network.nodes.values()].filter(({ name }) => name.startsWith('validator'))
    first = validators[0]!
  })
  after(() => network?.[Symbol.asyncDispose]())

  it('has a seed, by which four validators find each other, and makes blocks', async () => {
    await Promise.all(validators.map((node) => reach(node, 4n)))
    for (const node of validators) {
      const { consensus } = await node.ask(({ nodeController }) => nodeController.getStatus())
      assert.ok((consensus?.peers?.peers ?? []).length >= 1, node.name)
      assert.equal(consensus?.isValidator, true, node.name)
      assert.ok(node.lastSigned >= 3n, node.name)
    }
    const hashes = await Promise.all(validators.map(async (node) => (await blockOf(node, 3n)).hash))
    for (const hash of hashes) assert.deepEqual(hash, hashes[0])
  })

  it('is joined by a client that asks for all blocks', async () => {
    await reach(first, 8n)
    const client = network.addNode('client-0', withoutRuntimes)
    client.start()
    await reach(client, 10n)
    assert.equal(await firstBlockOf(client), 1n)
    for (const height of [1n, 5n, 10n])
      assert.deepEqual((await blockOf(client, height)).hash, (await blockOf(first, height)).hash)
  })

  it('is joined by a client that takes its state, proved by peers that its seed knows', async () => {
    await reach(first, 22n)
    const client = network.addNode('client-1', await trusting(first, 'state_sync: {enabled: true}'))
    client.start()
    await reach(client, 24n)
    const height = await firstBlockOf(client)
    assert.ok(height > 1n)
    assert.deepEqual((await blockOf(client, height)).hash, (await blockOf(first, height)).hash)
  })

  it('is joined by a client that keeps no state', async () => {
    const providers = `providers: [${JSON.stringify(first.target)}]`
    const stateless = await trusting(first, 'local_storage: false', providers)
    const client = network.addNode('client-2', stateless)
    client.start()
    await reach(client, 26n)
    const nodesOf = (node: ProvisionedNode) => node.ask(({ registry }) => registry.getNodes(26n))
    assert.deepEqual(await nodesOf(client), await nodesOf(first))
    assert.deepEqual((await blockOf(client, 26n)).hash, (await blockOf(first, 26n)).hash)
  })
})
