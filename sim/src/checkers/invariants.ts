import type { Checker, World } from './checker.ts'

/**
 * P23: what every service says of its state holds after every block. Looked at where a block is
 * first.
 */
export function invariants(world: World): Checker {
  let highest = 0n
  return {
    name: 'invariants',
    onApplied({ node, height, opened }) {
      if (height <= highest || !world.isHonest(node)) return
      highest = height
      for (const violation of opened.violations())
        world.report('invariants', `height ${height}, node ${node}: ${violation}`)
    },
  }
}
