import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { writeScriptBundle } from '@wadi/compose/testing/script-bundle'
import { CommitteeState, ExecutorState } from '@wadi/consensus/control/runtimeStatus'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { ROLES } from '@wadi/primitives/nodeRoles'
import type { NodeClient } from '@wadi/sdk/node-client'
import { debugCommands } from '../commands/debug/debugCommands.ts'
import { runWords } from '../commands/testing/runWords.ts'
import { nodeOf, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-compute-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A validator and a compute node, of which the test says how it comes by its program. */
async function networkOf(name: string, runtime?: object) {
  const network = createNetworkGenesis({
    seed: name,
    validators: 1,
    epochBlocks: 10n,
    timeoutCommitMs: 100n,
    paratimes: { paratimes: ['keyvalue'], computeNodes: 1 },
  })
  const [validatorPort = 0, consensus = 0, p2p = 0] = await freePorts(3)
  const folders = makeNetworkFolders({
    folder: join(folder, name),
    network,
    ports: [validatorPort],
    workerPorts: [{ consensus, p2p }],
    settings: (i) => (i === 1 && runtime !== undefined ? { runtime } : {}),
  })
  return folders as readonly [NodeFolder, NodeFolder]
}

const { id: runtimeId, version } = PARATIMES.keyvalue

/** Waits for a round that did not fail, and for so many in all. */
async function untilRounds({ runtimeClient }: NodeClient, count: number): Promise<void> {
  let rounds = 0
  for await (const { block } of runtimeClient.watchBlocks(runtimeId))
    if (++rounds >= count && block.header.headerType === HEADER_TYPES.normal) return
}

describe('a compute node', () => {
  it('registers, is elected, and makes rounds', async () => {
    const folders = await networkOf('module')
    const nodes = folders.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
    for (const node of nodes) await node.start()
    await withClient(folders[1].dataDir, async (client) => {
      await untilRounds(client, 4)
      const { runtimes, registration } = await client.nodeController.getStatus()
      assert.deepEqual(registration?.descriptor?.roles, ROLES.compute)
      const status = runtimes.get(runtimeId)
      const { ready } = CommitteeState.names
      assert.equal(status?.committee?.status, ready)
      assert.deepEqual(status.committee.executorRoles?.toSorted(), [1, 2])
      assert.deepEqual(status.committee.activeVersion, version)
      assert.ok(status.latestRound > 2n && status.committee.schedulerRank === 0n)
      assert.ok((status.committee.liveness?.liveRounds ?? 0n) > 0n)
      assert.equal(status.executor?.status, ExecutorState.names.ready)
      assert.ok((status.storage?.lastFinalizedRound ?? 0n) > 2n)
      assert.equal(status.indexer?.status, 'indexing')
      const socket = `unix:${join(folders[1].dataDir, 'internal.sock')}`
      const asked = ['storage', 'check-roots', toHex(runtimeId), '-a', socket]
      const { code, out, err } = await runWords(debugCommands, ...asked)
      assert.equal(code, 0, err)
      assert.match(out, /^all trees of rounds 0 to \d+ are there\n$/)
      // Another version comes while the node runs.
      const next = { ...version, minor: version.minor + 1 }
      const path = join(folder, 'next.orc')
      writeScriptBundle(path, { id: runtimeId, version: next, module: new URL('file:///none.ts') })
      await client.nodeController.addBundle(path)
      const { runtimes: after } = await client.nodeController.getStatus()
      assert.deepEqual(after.get(runtimeId)?.committee?.host.versions, [version, next])
      const again = client.nodeController.addBundle(path)
      await assert.rejects(again, /version 0\.1\.0 of 80+.* is there already/)
      const nowhere = client.nodeController.addBundle('/nowhere.orc')
      await assert.rejects(nowhere, /nowhere\.orc cannot be run/)
    })
    await Promise.all(nodes.map((node) => node.stop()))
  })

  it('runs the program of a bundle in a process', async () => {
    const path = join(folder, 'keyvalue.orc')
    const module = new URL(import.meta.resolve('@wadi/runtime-guest/programs/keyvalue'))
    writeScriptBundle(path, { id: runtimeId, version, module })
    const runtimes = [{ id: toHex(runtimeId) }]
    const runtime = { runtimes, paths: [path], provisioner: 'unconfined' }
    const folders = await networkOf('bundle', runtime)
    const nodes = folders.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
    for (const node of nodes) await node.start()
    await withClient(folders[1].dataDir, (client) => untilRounds(client, 3))
    await Promise.all(nodes.map((node) => node.stop()))
  })

  it('that has no program says so, and what to do', async () => {
    const [, place] = await networkOf('none', { runtimes: [{ id: toHex(runtimeId) }] })
    const node = nodeOf(place.configPath, place.dataDir)
    await assert.rejects(node.start(), /no program of 80.* runtime\.paths/)
  })
})
