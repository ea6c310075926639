import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createNetwork, type LocalNetwork } from './createNetwork.ts'
import { rewindNetwork } from './rewindNetwork.ts'
import { KeyvalueUser, nodeOf, readKey, untilKeys, untilRounds } from './testing/keyvalueUser.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-rewound-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const chain = { folder, validators: 1, blockMs: 250, epochBlocks: 20 }
const workers = { paratimes: ['keyvalue'], computeNodes: 2, keyManagers: 1, clients: 1 } as const
const options = { ...chain, ...workers }
/** No node is registered yet, and no secret made. */
const EARLY = 2n

async function heightOf({ nodes }: LocalNetwork): Promise<bigint> {
  return (await nodes[0]!.client.consensus.getStatus()).latestHeight
}

describe('a network with ParaTimes', () => {
  const rewind = ({ files }: LocalNetwork, height: bigint) =>
    rewindNetwork(files, height, () => undefined)

  it('goes back to a height: what was written until then stays, what came later is gone', async () => {
    const first = await createNetwork(options)
    const [one, client] = [nodeOf(first, 'compute-0'), nodeOf(first, 'client-0')]
    await untilRounds(one, 2)
    await untilKeys(one)
    const user = new KeyvalueUser()
    await user.insert(client, 'secret', 'word', 'enc_insert')
    await user.insert(client, 'early', '1')
    const height = await heightOf(first)
    await user.insert(client, 'late', '2')
    assert.equal(await readKey(one, 'late'), '2')
    await first.stop()
    await assert.rejects(rewind(first, 100_000n), /choose a height from 1 to/)
    await rewind(first, height)
    {
      await using second = await createNetwork(options)
      for (const name of ['compute-0', 'compute-1', 'client-0']) {
        const node = nodeOf(second, name)
        await untilRounds(node, 2)
        assert.equal(await readKey(node, 'early'), '1', name)
        assert.equal(await readKey(node, 'late'), undefined, name)
      }
      // Of two nodes that both execute, with nonces as they were then.
      const again = new KeyvalueUser(2n)
      await again.insert(nodeOf(second, 'client-0'), 'late', '3')
      const other = nodeOf(second, 'compute-1')
      await untilRounds(other, 1)
      assert.equal(await readKey(other, 'late'), '3')
      assert.equal(await readKey(other, 'secret', 'enc_get'), 'word')
    }
    await rewind(first, EARLY)
    await using third = await createNetwork(options)
    const node = nodeOf(third, 'compute-0')
    await untilRounds(node, 1)
    await untilKeys(node)
    assert.equal(await readKey(node, 'early'), undefined)
    await new KeyvalueUser().insert(node, 'secret', 'other', 'enc_insert')
    assert.equal(await readKey(node, 'secret', 'enc_get'), 'other')
  })
})
