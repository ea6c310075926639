import type { Checker, World } from './checker.ts'

/**
 * P29: the key of an honest validator never signs two different things for one height, round and
 * step.
 */
export function noDoubleSign(world: World): Checker {
  const signatures = new Map<string, string>()
  return {
    name: 'noDoubleSign',
    onSigned({ node, type, height, round, block }) {
      const place = `node ${node}: ${type} of ${height}/${round}`
      const first = signatures.get(place)
      if (first === undefined) signatures.set(place, block)
      else if (first !== block) world.report('noDoubleSign', `${place} for ${first} and ${block}`)
    },
  }
}
