/** Clients that join a provisioned network later, and what they have then. */

import assert from 'node:assert/strict'
import { toHex } from '@wadi/base/bytes'
import type { ProvisionedNode } from './provisionedNode.ts'

const MS_MAX = 180_000

/** The recorded network made no checkpoints, which a state is taken from. */
export const CHECKPOINTS = {
  'consensus.state_checkpoint.interval': '10',
  'consensus.state_checkpoint.num_kept': '4',
}

/** The recorded client also runs a runtime, whose file is not here. */
export const withoutRuntimes = (config: string): string =>
  config.replace(/ {4}runtimes:\n.*\n {4}paths:\n.*\n/, '')

/** Waits until a node has a block. */
export async function reach(node: ProvisionedNode, wanted: bigint): Promise<void> {
  const end = performance.now() + MS_MAX
  for (;;) {
    node.checkAlive()
    const height = await node.heightNow()
    if (height >= wanted) return
    assert.ok(performance.now() < end, `${node.name} reaches ${wanted}, not ${height}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** The block of a height, as a node has it. */
export const blockOf = (node: ProvisionedNode, height: bigint) =>
  node.ask(({ consensus }) => consensus.getBlock(height))

/** The first block that a node has. */
export const firstBlockOf = (node: ProvisionedNode) =>
  node.ask(({ consensus }) => consensus.getLastRetainedHeight())

/** The recorded client with a block of a node that it trusts, and what else is said of it. */
export async function trusting(
  node: ProvisionedNode,
  ...more: readonly string[]
): Promise<(config: string) => string> {
  const { hash } = await blockOf(node, 3n)
  const said = [`light_client: {trust: {height: 3, hash: "${toHex(hash)}"}}`, ...more]
  const text = said.map((line) => `    ${line}\n`).join('')
  return (config) => withoutRuntimes(config).replace(/ {4}local_storage.*\n/, text)
}
