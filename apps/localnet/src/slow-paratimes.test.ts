import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { createNetwork } from './createNetwork.ts'
import { KeyvalueUser, nodeOf, readKey, untilKeys, untilRounds } from './testing/keyvalueUser.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-paratimes-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const QUICK = { validators: 1, blockMs: 250, epochBlocks: 100 }

describe('a network with a key manager', () => {
  it('keeps what is encrypted, and reads it at another node, also at one that observes', async () => {
    const nodes = {
      paratimes: ['keyvalue'],
      computeNodes: 2,
      keyManagers: 1,
      observers: 1,
    } as const
    // The first secret is made at some block of an epoch, and counts from the next one on.
    await using network = await createNetwork({ ...QUICK, ...nodes, epochBlocks: 20 })
    const [one, other] = [nodeOf(network, 'compute-0'), nodeOf(network, 'compute-1')]
    await untilRounds(one, 2)
    await untilKeys(one)
    await new KeyvalueUser().insert(one, 'secret', 'word', 'enc_insert')
    await untilRounds(other, 2)
    assert.equal(await readKey(other, 'secret', 'enc_get'), 'word')
    assert.equal(await readKey(other, 'secret'), undefined)
    const observer = nodeOf(network, 'observer-0')
    await untilRounds(observer, 2)
    assert.equal(await readKey(observer, 'secret', 'enc_get'), 'word')
    const { registration, runtimes } = await observer.client.nodeController.getStatus()
    assert.equal(registration?.descriptor?.roles, ROLES.observer)
    for (const { committee } of runtimes.values()) assert.deepEqual(committee?.executorRoles, [])
  })
})

describe('a network with ParaTimes', () => {
  it('finalizes what one node is given, so that others know, and loses nothing with a node', async () => {
    const options = { ...QUICK, folder, paratimes: ['keyvalue'], clients: 1 } as const
    const user = new KeyvalueUser()
    {
      await using network = await createNetwork(options)
      const client = nodeOf(network, 'client-0')
      await untilRounds(client, 2)
      await user.insert(client, 'a', '1')
      const other = nodeOf(network, 'compute-1')
      await untilRounds(other, 2)
      assert.equal(await readKey(other, 'a'), '1')
      await network.stopNode('compute-0')
      await user.insert(client, 'b', '2')
      await network.startNode('compute-0')
      await user.insert(client, 'c', '3')
      const again = nodeOf(network, 'compute-0')
      await untilRounds(again, 2)
      assert.equal(await readKey(again, 'b'), '2')
    }
    await using network = await createNetwork(options)
    const compute = nodeOf(network, 'compute-2')
    await untilRounds(compute, 2)
    assert.equal(await readKey(compute, 'c'), '3')
    await user.insert(compute, 'd', '4')
  })
})
