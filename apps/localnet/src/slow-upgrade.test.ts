import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { UPGRADE_VERSION } from '@wadi/consensus/upgrade'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { createNetwork, type LocalNetwork } from './createNetwork.ts'
import { localnetCommands } from './localnetCommands.ts'
import { openNetworkFiles } from './networkFiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-upgrade-net-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const CHOICES = { validators: 1, blockMs: 20, epochBlocks: 10, paratimes: [], computeNodes: 1 }

async function run(...words: readonly string[]) {
  let err = ''
  const world = {
    environment: {},
    out: { write: () => true },
    err: { write: (text: string) => (err += text) },
  }
  const code = await runCommandLine(localnetCommands, [...words, '--folder', folder], world)
  return { code, err }
}

async function reach({ nodes }: LocalNetwork, height: bigint): Promise<void> {
  for await (const block of nodes[0]!.client.consensus.watchBlocks())
    if (block.height >= height) return
}

/** Gives the node an upgrade that nobody knows, and waits until it ends for it. */
async function upgrade(network: LocalNetwork): Promise<unknown> {
  await reach(network, 2n)
  const { nodes, failed } = network
  const { beacon, nodeController } = nodes[0]!.client
  await nodeController.upgradeBinary({
    v: UPGRADE_VERSION,
    handler: 'some-upgrade',
    target: PROTOCOL_VERSIONS,
    epoch: (await beacon.getEpoch(0n)) + 1n,
  })
  return await failed
}

describe('an upgrade that the program of a local network does not know', () => {
  it('ends it, and a later start says in a sentence how it goes on', async () => {
    const { nodes } = await openNetworkFiles(folder, CHOICES, 'any')
    const { configPath, dataDir } = nodes[0]!
    const config = readFileSync(configPath, 'utf8')
    const atOnce = config.replace(/^consensus:\n/m, '$&  upgrade_stop_delay: 0s\n')
    assert.notEqual(atOnce, config)
    writeFileSync(configPath, atOnce)
    {
      await using network = await createNetwork({ folder })
      assert.ok((await upgrade(network)) instanceof StopForUpgrade)
    }
    const logged = readFileSync(join(dataDir, 'node.log'), 'utf8')
    assert.doesNotMatch(logged, /"level":"error"/)
    const { code, err } = await run()
    assert.equal(code, 1)
    const why = 'upgrade: another program is needed for some-upgrade'
    assert.ok(err.startsWith(`Error: the network has come to an upgrade (${why}): go back `), err)
    assert.match(err, / rewind --height <number>, .*--fresh[^\n]*\n$/)

    const rewound = await run('rewind', '--height', '3')
    assert.deepEqual(rewound, { code: 0, err: '' })
    {
      await using network = await createNetwork({ folder })
      await reach(network, 30n)
      assert.ok((await upgrade(network)) instanceof StopForUpgrade)
    }

    // What a node says that is not of a local network.
    const kept = join(dataDir, 'application', 'upgrades.cbor')
    await assert.rejects(createNetwork({ folder }), (error: Error) => error.message.includes(kept))
    rmSync(kept)
    await using network = await createNetwork({ folder })
    const { latestHeight } = await network.nodes[0]!.client.consensus.getStatus()
    await reach(network, latestHeight + 15n)
  })
})
