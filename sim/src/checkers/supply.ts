import type { Checker, World } from './checker.ts'

/** P23: nothing is made and nothing is lost; nobody burns anything in these networks. */
export function supply(world: World): Checker {
  let total: bigint | undefined
  return {
    name: 'supply',
    onApplied({ node, height, opened }) {
      if (!world.isHonest(node)) return
      const found = opened.supply()
      total ??= found
      if (found !== total)
        world.report('supply', `height ${height}, node ${node}: ${found} instead of ${total}`)
    },
  }
}
