/** Nodes whose files are damaged one byte at a time, again and again, while the chain goes on. */

import assert from 'node:assert/strict'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { readWhole } from '@wadi/node-storage/file-system'
import { filesBelow, flipByte, placesIn } from './damageFile.ts'
import { EngineNetwork, type EngineNode } from './engineNetwork.ts'

/** What became of the trials. */
export interface TrialCounts {
  /** The node went on. */
  started: number
  /** It said in words why it does not, and went on when the byte was put back. */
  refused: number
}

/** So long after the last damage everything is repaired. */
const REPAIR_MS = 40_000

/** The files that a node must be able to lose a byte of. */
export const STORE_FOLDERS = [
  'engine/wal',
  'engine/blocks',
  'engine/state',
  'engine/evidence',
  'keys',
] as const

/** A network that has begun, whose blocks come seldom enough for time to pass cheaply. */
export function beginTrials(): EngineNetwork {
  const network = new EngineNetwork({ rounds: { timeoutCommitMs: 1000 } })
  network.start()
  network.runTo(3n)
  return network
}

/**
 * Damages each file of a node at so many places, one after the other, and has the node begin again
 * each time. It fails if the chain stops or forks, if somebody signs twice, or if blocks stay lost.
 */
export function damageEveryFile(
  network: EngineNetwork,
  folder: string,
  placeCount: number,
): TrialCounts {
  const counts: TrialCounts = { started: 0, refused: 0 }
  for (const [turn, node] of network.nodes.entries())
    for (let place = turn; place < placeCount; place += network.nodes.length)
      for (const path of filesBelow(node.files, folder))
        tryDamage({ network, node, path, place, placeCount }, counts)
  // What is damaged is noticed by whoever reads it.
  for (const { engine } of network.nodes) {
    const { blockStore } = engine!
    for (let at = blockStore.base; at <= blockStore.height; at++) blockStore.loadBlock(at)
    for (let at = blockStore.base; at <= blockStore.height; at++) blockStore.loadSeenCommit(at)
  }
  network.advance(REPAIR_MS)
  assertSameBlocks(network)
  assert.deepEqual(network.offences, [])
  return counts
}

interface Trial {
  readonly network: EngineNetwork
  readonly node: EngineNode
  readonly path: string
  readonly place: number
  readonly placeCount: number
}

function tryDamage({ network, node, path, place, placeCount }: Trial, counts: TrialCounts): void {
  if (place % 2 === 0) node.stop()
  else node.kill()
  const before = network.nodes.find((other) => other !== node)!.height
  // Files come and go with the chain.
  if (node.files.exists(path)) {
    const places = placesIn(readWhole(node.files, path).length, placeCount)
    const position = places[Math.min(place, places.length - 1)]
    if (position !== undefined) flipByte(node.files, path, position)
    try {
      node.start()
      counts.started++
    } catch (error) {
      assertInWords(error)
      counts.refused++
      if (position !== undefined) flipByte(node.files, path, position)
      node.start()
    }
  } else node.start()
  network.runTo(before + 1n, { limitMs: 60_000 })
}

function assertInWords(error: unknown): void {
  assert.ok(error instanceof UnavailableError || error instanceof CodedError, `${error}`)
  assert.match(error.message, /[;:] .{20}/, 'it says what to do')
}

/** Every block that a node has is the one that the others have. */
export function assertSameBlocks(network: EngineNetwork): void {
  const stores = network.nodes.map((node) => node.engine!.blockStore)
  const [first, ...others] = stores
  const { base } = first!
  const heights = stores.map((store) => store.height)
  const height = heights.reduce((least, each) => (each < least ? each : least))
  for (let at = base; at < height; at++) {
    const expected = first!.loadBlock(at)
    assert.ok(expected !== undefined, `block ${at} of node0`)
    for (const [index, store] of others.entries()) {
      assert.ok(store.base <= base)
      assert.deepEqual(store.loadBlock(at), expected, `block ${at} of node${index + 1}`)
      assert.notEqual(store.loadSeenCommit(at), undefined, `commit ${at} of node${index + 1}`)
    }
  }
}
