import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { nodeOf, untilHeight, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-archive-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

describe('an archive', () => {
  it('answers about the chain that a node left behind, which can go on afterwards', async () => {
    const network = createNetworkGenesis({ seed: 'old', validators: 1, timeoutCommitMs: 10n })
    const [node] = makeNetworkFolders({ folder, network, ports: await freePorts(1) })
    const { configPath, dataDir } = node!
    const validator = nodeOf(configPath, dataDir)
    await validator.start()
    await untilHeight(dataDir, 5n)
    await validator.stop()
    const archive = nodeOf(configPath, dataDir, ['--mode=archive', '--registration.entity_id='])
    await archive.start()
    await withClient(dataDir, async (client) => {
      const { consensus, mode } = await client.nodeController.getStatus()
      assert.equal(mode, 'archive')
      assert.ok((consensus?.latestHeight ?? 0n) >= 5n)
      const { height } = await client.consensus.getBlock(3n)
      assert.equal(height, 3n)
      const [holder] = network.accounts
      const account = await client.staking.account({ height: 3n, owner: holder!.address })
      assert.ok((account.general?.balance ?? 0n) > 0n)
      assert.equal(await client.nodeController.isSynced(), true)
    })
    await archive.stop()
    // And it can go on.
    const again = nodeOf(configPath, dataDir)
    await again.start()
    await untilHeight(dataDir, 7n)
    await again.stop()
  })
})
