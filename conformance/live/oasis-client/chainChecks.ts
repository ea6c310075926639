/** What the client reads of blocks, of the genesis document, and of registry and governance. */

import { expectCoded, expectEqual, expectStatus, expectThat } from './expectation.ts'
import type { Check } from './scene.ts'
import { takeUntil } from './streamed.ts'

const UNKNOWN = 2
const UNIMPLEMENTED = 12
const INTERNAL = 13
const FAR_AWAY = 1_000_000_000n

export const chainChecks: readonly Check[] = [
  {
    name: 'hashes the genesis document to the chain context',
    async run({ oasis, client }) {
      const document = await client.consensusGetGenesisDocument()
      const context = await client.consensusGetChainContext()
      expectEqual(oasis.genesis.chainContext(document), context, 'chain context')
      expectEqual((await client.consensusGetStatus()).chain_context, context, 'status')
    },
  },
  {
    name: 'verifies the entities of the genesis document',
    async run({ oasis, client }) {
      const { entities = [] } = (await client.consensusGetGenesisDocument()).registry
      const context = oasis.registry.REGISTER_GENESIS_ENTITY_SIGNATURE_CONTEXT
      const opened = entities.map((signed) => oasis.common.openSignedEntity(context, signed))
      const registered = await client.registryGetEntities(1n)
      const byId = (list: typeof opened) => list.map((one) => oasis.misc.toHex(one.id)).sort()
      expectEqual(byId(opened), byId(registered), 'entities')
      expectThat(opened.length > 0, 'there are entities')
    },
  },
  {
    name: 'reads a block in every way',
    async run({ client }) {
      const height = await client.consensusGetLatestHeight()
      const block = await client.consensusGetBlock(height)
      expectEqual(block.height, height, 'height')
      expectEqual(await client.consensusGetBlock(height), block, 'the same block')
      expectEqual((await client.consensusGetLightBlock(height)).height, height, 'light block')
      const { transactions, results } = await client.consensusGetTransactionsWithResults(height)
      expectEqual(await client.consensusGetTransactions(height), transactions, 'transactions')
      expectEqual(results.length, transactions.length, 'results')
      const { genesis_height, latest_height } = await client.consensusGetStatus()
      expectEqual(genesis_height, 1, 'first block')
      expectThat(BigInt(latest_height) >= BigInt(height), 'the chain goes on')
    },
  },
  {
    name: 'watches blocks, one after the other',
    async run({ client }) {
      const blocks = await takeUntil(client.consensusWatchBlocks(), ({ length }) => length >= 4)
      const [first] = blocks
      blocks.forEach((block, i) => {
        expectEqual(BigInt(block.height), BigInt(first!.height) + BigInt(i), 'height')
      })
      const { height } = first!
      expectEqual(await client.consensusGetBlock(height), first, 'the block that was told')
    },
  },
  {
    name: 'watches epochs as they begin',
    async run({ client }) {
      const [now, next] = await takeUntil(client.beaconWatchEpochs(), ({ length }) => length >= 2)
      expectEqual(BigInt(next!), BigInt(now!) + 1n, 'epoch')
      expectThat(BigInt(await client.beaconGetEpoch(0n)) >= BigInt(next!), 'it has begun')
    },
  },
  {
    name: 'is told module and code of an error',
    async run(scene) {
      const { oasis, client } = scene
      const { consensus, registry, governance } = oasis
      const id = new Uint8Array(32)
      await expectCoded(scene, client.stakingTotalSupply(FAR_AWAY), [
        consensus.MODULE_NAME,
        consensus.ERR_VERSION_NOT_FOUND_CODE,
      ])
      await expectCoded(scene, client.registryGetEntity({ height: 0n, id }), [
        registry.MODULE_NAME,
        registry.ERR_NO_SUCH_ENTITY_CODE,
      ])
      await expectCoded(scene, client.registryGetNode({ height: 0n, id }), [
        registry.MODULE_NAME,
        registry.ERR_NO_SUCH_NODE_CODE,
      ])
      await expectCoded(scene, client.governanceProposal({ height: 0n, id: FAR_AWAY }), [
        governance.MODULE_NAME,
        governance.ERR_NO_SUCH_PROPOSAL_CODE,
      ])
    },
  },
  {
    name: 'is told the status where an error has no code',
    async run(scene) {
      const { client } = scene
      await expectStatus(scene, client.nodeControllerGetStatus(), UNIMPLEMENTED)
      const query = { height: 0n, owner: new Uint8Array(3) }
      await expectStatus(scene, client.stakingAccount(query), INTERNAL)
      const evidence = { meta: Uint8Array.of(1) }
      await expectStatus(scene, client.consensusSubmitEvidence(evidence), UNKNOWN)
    },
  },
]
