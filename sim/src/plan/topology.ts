import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { TopologyKind } from './plan.ts'

type Link = readonly [number, number]

/** Who is connected with whom. Every topology holds together without any one of its links. */
export function linksOf(kind: TopologyKind, count: number, random: RandomSource): readonly Link[] {
  switch (kind) {
    case 'full':
      return pairs(count)
    case 'ring':
      return withChords(ring(count), count, random)
    case 'star':
      // Two centers: with one, everything would hang on a single node.
      return pairs(count).filter(([a]) => a < 2)
  }
}

/**
 * With as few links more as it takes to hold some nodes together by themselves: nobody promises
 * that those agree who hear of each other only through liars.
 */
export function heldTogether(links: readonly Link[], nodes: readonly number[]): readonly Link[] {
  const all = [...links]
  for (const node of nodes.slice(1)) {
    const [first = node] = nodes
    if (!reach(all, nodes, first).has(node)) all.push(first < node ? [first, node] : [node, first])
  }
  return all
}

/** Whom one of them reaches through the others. */
function reach(
  links: readonly Link[],
  among: readonly number[],
  from: number,
): ReadonlySet<number> {
  const reached = new Set([from])
  for (const node of reached)
    for (const [a, b] of links) {
      const other = a === node ? b : b === node ? a : node
      if (among.includes(other)) reached.add(other)
    }
  return reached
}

function pairs(count: number): readonly Link[] {
  const nodes = Array.from({ length: count }, (_, i) => i)
  return nodes.flatMap((a) => nodes.slice(a + 1).map((b) => [a, b] as const))
}

function ring(count: number): readonly Link[] {
  return Array.from({ length: count }, (_, i) => {
    const next = (i + 1) % count
    return i < next ? ([i, next] as const) : ([next, i] as const)
  })
}

function withChords(links: readonly Link[], count: number, random: RandomSource): readonly Link[] {
  const others = pairs(count).filter(([a, b]) => !links.some(([c, d]) => a === c && b === d))
  const chords = others.filter(() => randomBelow(random, 3) === 0)
  return [...links, ...chords]
}
