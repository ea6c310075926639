import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { until } from '@wadi/compose/testing/node-process'
import { isReferenceAbsent } from '@wadi/node-config/testing/reference-files'
import { asReleased, findOasisNode } from './oasisNode.ts'
import { ProvisionedNetwork } from './provisionedNetwork.ts'
import type { NodeProgram, ProvisionedNode } from './provisionedNode.ts'

const program = findOasisNode()
const skip = isReferenceAbsent ? "the reference's command lines are not here" : program.missing

/** Such a machine is busy, and a node that begins anew asks for all blocks. */
const MS_MAX = 180_000
const SIGNS = 5n
/** Our refusal of a folder, and what it says is to be deleted. */
const REMEDY = /delete the folders (\S+(?:, \S+)*) there, and nothing else/

/** Runs a node until it has signed some more; it never goes back behind what it signed before. */
async function signsOn(node: ProvisionedNode, launched?: NodeProgram): Promise<void> {
  const before = node.lastSigned
  node.start(launched)
  let highest = before
  await until(
    `${node.name} signs after ${before}`,
    () => {
      node.checkAlive()
      const now = node.lastSigned
      assert.ok(now >= highest, `signed ${highest}, and then ${now}`)
      highest = now
      return now >= before + SIGNS
    },
    MS_MAX,
  )
}

/** The hash of a block as nodes have it. */
async function hashesAt(height: bigint, nodes: readonly ProvisionedNode[]): Promise<Set<string>> {
  const blocks = await Promise.all(
    nodes.map((node) => node.ask(({ consensus }) => consensus.getBlock(height))),
  )
  return new Set(blocks.map(({ hash }) => Buffer.from(hash).toString('hex')))
}

describe('a validator that switches from oasis-node to wadi-node and back', { skip }, () => {
  it('goes on signing where the other stopped, each way, by the remedy that we name', async () => {
    const oasis: NodeProgram = [program.path]
    await using network = await ProvisionedNetwork.provision({
      genesis: { 'consensus.cometbft.timeout_commit': '500ms' },
      config: asReleased,
    })
    const [seed, switching, ...others] = [...network.nodes.values()]
    for (const node of [seed!, ...others]) node.start()
    const node = switching!
    try {
      await signsOn(node, oasis)
      assert.equal((await node.stop()).code, 0)
      const signedByOasis = node.lastSigned

      node.start()
      const refused = await node.ended()
      assert.equal(refused.code, 2)
      const [, folders] = REMEDY.exec(refused.said) ?? []
      assert.ok(folders !== undefined, refused.said)
      for (const folder of folders.split(', ')) {
        assert.ok(existsSync(join(node.folder, folder)), folder)
        rmSync(join(node.folder, folder), { recursive: true })
      }

      await signsOn(node)
      assert.equal((await node.stop()).code, 0)
      assert.ok(node.lastSigned > signedByOasis)

      await signsOn(node, oasis)
      const height = node.lastSigned - 1n
      assert.equal((await hashesAt(height, [node, ...others])).size, 1, `block ${height}`)
      assert.equal((await node.stop()).code, 0)
    } catch (error) {
      for (const each of network.nodes.values()) console.log(each.name, each.lastLines())
      throw error
    }
  })
})
