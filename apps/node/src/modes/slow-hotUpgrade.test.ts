import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decodeRust, encode, encodeRust, make } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { NodeClient } from '@wadi/sdk/node-client'
import { makeComputeNetwork, startNodes } from '../testing/computeNetwork.ts'
import { submitAs, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-upgrade-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const { keyvalue } = PARATIMES
const { id: runtimeId } = keyvalue
const NEXT = {
  ...keyvalue,
  version: { major: 0, minor: 1, patch: 0 },
  module: fileURLToPath(new URL('../testing/keyvalueNext.ts', import.meta.url)),
}
const LATEST = 2n ** 64n - 1n
const LAST_HEIGHT = 0n

/** The owner of the runtime has the next version begin with an epoch. */
async function schedule(
  client: NodeClient,
  { chainContext, workers }: NetworkGenesis,
  validFrom: bigint,
): Promise<void> {
  const { signer } = workers[0]!.keys.entity
  const query = { height: LAST_HEIGHT, id: runtimeId, includeSuspended: true }
  const runtime = await client.registry.getRuntime(query)
  const next = make(VersionInfo, { version: NEXT.version, validFrom })
  const call = {
    method: 'registry.RegisterRuntime',
    body: encode(Runtime, { ...runtime, deployments: [...runtime.deployments, next] }),
  }
  await submitAs(signer, { client, chainContext }, call)
}

/** Versions that the node has said it can run. */
async function registered({ nodeController }: NodeClient) {
  const { registration } = await nodeController.getStatus()
  return registration?.descriptor?.runtimes?.map((one) => one?.version)
}

describe('a hot upgrade', () => {
  it('changes the program with the epoch that the registry says, and no round fails', async () => {
    const { network, folders } = await makeComputeNetwork({
      folder,
      seed: 'upgrade',
      blockMs: 250n,
      epochBlocks: 20n,
      paratimes: [keyvalue, NEXT],
    })
    const stop = await startNodes(folders)
    await withClient(folders[1].dataDir, async (client) => {
      const { runtimeClient, beacon, nodeController } = client
      const askVersion = () =>
        runtimeClient.query({
          runtimeId,
          round: LATEST,
          method: 'version',
          args: encodeRust(text, ''),
          component: undefined,
        })
      let validFrom: bigint | undefined
      let normalBefore = 0
      let normalSince = 0
      for await (const { block, consensusHeight } of runtimeClient.watchBlocks(runtimeId)) {
        const { headerType, round } = block.header
        assert.notEqual(headerType, HEADER_TYPES.roundFailed)
        if (headerType !== HEADER_TYPES.normal || round === 0n) continue
        const epoch = await beacon.getEpoch(consensusHeight)
        if (validFrom === undefined) {
          await assert.rejects(askVersion())
          assert.deepEqual(await registered(client), [keyvalue.version, NEXT.version])
          validFrom = epoch + 2n
          await schedule(client, network, validFrom)
        } else if (epoch < validFrom) normalBefore++
        else if (++normalSince >= 3) break
      }
      assert.ok(normalBefore > 0)
      const { data } = await askVersion()
      assert.equal(decodeRust(text, data), '0.1.0')
      const { runtimes } = await nodeController.getStatus()
      const { activeVersion, host } = runtimes.get(runtimeId)?.committee ?? {}
      // The version before it is never run again, and is not told of.
      assert.deepEqual([activeVersion, host?.versions], [NEXT.version, [NEXT.version]])
      assert.deepEqual(await registered(client), [NEXT.version])
    })
    await stop()
  })
})
