import type { Checker, World } from './checker.ts'

/** P24: the same blocks lead to the same state at all honest nodes. */
export function stateRoot(world: World): Checker {
  const roots = new Map<string, { readonly node: number; readonly appHash: string }>()
  return {
    name: 'stateRoot',
    onApplied({ node, height, blockHash, appHash }) {
      if (!world.isHonest(node)) return
      const place = `${height} ${blockHash}`
      const first = roots.get(place)
      if (first === undefined) roots.set(place, { node, appHash })
      else if (first.appHash !== appHash)
        world.report(
          'stateRoot',
          `height ${height}: node ${first.node} is at ${first.appHash}, node ${node} at ${appHash}`,
        )
    },
  }
}
