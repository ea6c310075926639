import type { Checker, World } from './checker.ts'

/** P27: all honest nodes have the same block at each height. */
export function agreement(world: World): Checker {
  const blocks = new Map<bigint, { readonly node: number; readonly blockHash: string }>()
  return {
    name: 'agreement',
    onApplied({ node, height, blockHash }) {
      if (!world.isHonest(node)) return
      const first = blocks.get(height)
      if (first === undefined) blocks.set(height, { node, blockHash })
      else if (first.blockHash !== blockHash)
        world.report(
          'agreement',
          `height ${height}: node ${first.node} has ${first.blockHash}, node ${node} ${blockHash}`,
        )
    },
  }
}
