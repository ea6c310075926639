import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isReferenceAbsent } from '@wadi/node-config/testing/reference-files'
import { blockOf, CHECKPOINTS, firstBlockOf, reach, trusting } from './joining.ts'
import { asReleased, findOasisNode } from './oasisNode.ts'
import { ProvisionedNetwork } from './provisionedNetwork.ts'
import type { NodeProgram, ProvisionedNode } from './provisionedNode.ts'

const program = findOasisNode()
const skip = isReferenceAbsent ? "the reference's command lines are not here" : program.missing
const oasis: NodeProgram = [program.path]

describe("a network of the reference's nodes and ours", { skip }, () => {
  let network: ProvisionedNetwork
  let ours: ProvisionedNode
  let theirs: ProvisionedNode

  before(async () => {
    network = await ProvisionedNetwork.provision({ genesis: CHECKPOINTS, config: asReleased })
    const [seed, first, second, ...others] = [...network.nodes.values()]
    seed!.start(oasis)
    first!.start(oasis)
    for (const node of [second!, ...others]) node.start()
    theirs = first!
    ours = second!
    await Promise.all([reach(ours, 22n), reach(theirs, 22n)])
  })
  after(() => network?.[Symbol.asyncDispose]())

  it("has peers in the network of runtimes by the reference's seed", async () => {
    const protocolsOf = async (node: ProvisionedNode) => {
      const { p2p } = await node.ask(({ nodeController }) => nodeController.getStatus())
      return [...(p2p?.protocols ?? [])].filter(([name]) => name.includes('/light/'))
    }
    for (const node of [ours, theirs]) {
      const [[, count] = ['', 0n]] = await protocolsOf(node)
      assert.ok(count > 0n, node.name)
    }
  })

  it('gives both programs its state, proved by light blocks of peers of both', async () => {
    const stateSync = await trusting(theirs, 'state_sync: {enabled: true}')
    const [own, other] = ['client-0', 'client-1'].map((name) => network.addNode(name, stateSync))
    own!.start()
    other!.start(oasis)
    for (const client of [own!, other!]) {
      await reach(client, 24n)
      const height = await firstBlockOf(client)
      assert.ok(height > 1n, client.name)
      assert.deepEqual((await blockOf(client, height)).hash, (await blockOf(ours, height)).hash)
    }
    await Promise.all([own!.stop(), other!.stop()])
  })

  it('is followed by clients of both programs that keep no state, and ask the other', async () => {
    const asking = (node: ProvisionedNode) =>
      trusting(theirs, 'local_storage: false', `providers: [${JSON.stringify(node.target)}]`)
    const own = network.addNode('client-2', await asking(theirs))
    const other = network.addNode('client-3', await asking(ours))
    own.start()
    other.start(oasis)
    for (const client of [own, other]) {
      await reach(client, 1n)
      // It follows the chain.
      const height = (await client.heightNow()) + 5n
      await reach(client, height)
      const nodesOf = (node: ProvisionedNode) =>
        node.ask(({ registry }) => registry.getNodes(height))
      assert.deepEqual(await nodesOf(client), await nodesOf(ours), client.name)
      assert.deepEqual((await blockOf(client, height)).hash, (await blockOf(ours, height)).hash)
    }
  })
})
