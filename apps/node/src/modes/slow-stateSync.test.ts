import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { lateClient } from '../testing/lateClient.ts'
import { untilHeight, withClient } from '../testing/nodesHere.ts'

/** The client has a state that it has not made, and follows the chain of the others. */
async function assertSynced(clientDir: string, otherDir: string): Promise<void> {
  await withClient(clientDir, (asked) => asked.nodeController.waitSync())
  await untilHeight(clientDir, 30n)
  const [first, theirs, ours] = await Promise.all([
    withClient(clientDir, ({ consensus }) => consensus.getLastRetainedHeight()),
    withClient(otherDir, ({ consensus }) => consensus.getBlock(28n)),
    withClient(clientDir, ({ consensus }) => consensus.getBlock(28n)),
  ])
  assert.ok(first > 1n, `blocks from ${first} on`)
  assert.deepEqual(ours.hash, theirs.hash)
  assert.ok(existsSync(join(clientDir, 'application')))
}

const state_sync = { enabled: true }

describe('a client that comes later', () => {
  it('takes the state of others, proved by light blocks of a node that it names', async () => {
    const { validators, clientDir, metrics, consensus, start, stop } = await lateClient('named')
    const providers = validators.map((each) => `unix:${join(each.dataDir, 'internal.sock')}`)
    await start({ consensus: { ...consensus, state_sync, providers }, p2p: { port: 0 } })
    await assertSynced(clientDir, validators[0]!.dataDir)
    const counted = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
    assert.match(counted, /^oasis_grpc_client_calls\{call=".*\.Consensus\/GetLightBlock"\} [1-9]/m)
    await stop()
  })

  it('takes the state of others, proved by light blocks of peers', async () => {
    const { validators, clientDir, consensus, peers, start, stop } = await lateClient('peers')
    const p2p = { port: 0, connection_manager: { persistent_peers: peers } }
    await start({ consensus: { ...consensus, state_sync }, p2p })
    await assertSynced(clientDir, validators[0]!.dataDir)
    const { p2p: known } = await withClient(clientDir, (asked) => asked.nodeController.getStatus())
    assert.equal(known?.numPeers, 2n)
    await stop()
  })
})
