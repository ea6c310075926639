import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { writeScriptBundle } from '@wadi/compose/testing/script-bundle'
import { CommitteeState, ExecutorState } from '@wadi/consensus/control/runtimeStatus'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { debugCommands } from '../commands/debug/debugCommands.ts'
import { runWords } from '../commands/testing/runWords.ts'
import { makeComputeNetwork, startNodes, untilRounds } from '../testing/computeNetwork.ts'
import { nodeOf, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-compute-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A network, of which the test says how the compute node comes by its program. */
async function networkOf(name: string, runtime?: object) {
  const { folders } = await makeComputeNetwork({
    folder: join(folder, name),
    seed: name,
    blockMs: 100n,
    epochBlocks: 10n,
    ...(runtime && { compute: () => ({ runtime }) }),
  })
  return folders
}

const { id: runtimeId, version } = PARATIMES.keyvalue

describe('a compute node', () => {
  it('registers, is elected, and makes rounds', async () => {
    const folders = await networkOf('module')
    const stop = await startNodes(folders)
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
    await stop()
  })

  it('runs the program of a bundle in a process', async () => {
    const path = join(folder, 'keyvalue.orc')
    const module = new URL(import.meta.resolve('@wadi/runtime-guest/programs/keyvalue'))
    writeScriptBundle(path, { id: runtimeId, version, module })
    const runtimes = [{ id: toHex(runtimeId) }]
    const runtime = { runtimes, paths: [path], provisioner: 'unconfined' }
    const folders = await networkOf('bundle', runtime)
    const stop = await startNodes(folders)
    await withClient(folders[1].dataDir, (client) => untilRounds(client, 3))
    await stop()
  })

  it('that has no program says so, and what to do', async () => {
    const [, place] = await networkOf('none', { runtimes: [{ id: toHex(runtimeId) }] })
    const node = nodeOf(place.configPath, place.dataDir)
    await assert.rejects(node.start(), /no program of 80.* runtime\.paths/)
  })
})
