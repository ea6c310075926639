/** A network that goes on although peers say whatever they like to every one of its nodes. */

import assert from 'node:assert/strict'
import { type RandomSource, randomBelow, SeededRandom } from '@wadi/base/random'
import { EngineNetwork } from './engineNetwork.ts'
import { HostilePeer } from './hostilePeer.ts'
import { nonsense } from './nonsense.ts'
import type { Said } from './someMessages.ts'

/** What came of a soak. */
export interface SoakCounts {
  messages: number
  /** Peers that were dropped or banned; another one came in the place of each. */
  ended: number
  blocks: bigint
}

const OVERHEARD_MAX = 400
const PEERS_PER_NODE = 3
const MESSAGES_PER_TURN = 40
const TURN_MS = 50
/** Without anybody's harm a block takes a quarter of a second. */
const TURNS_PER_BLOCK_MAX = 40

/** Throws at all nodes what a seed decides, for so many turns; fails if that does any harm. */
export function soakPeers(seed: bigint, turns: number): SoakCounts {
  const random = new SeededRandom(seed)
  const network = new EngineNetwork({ rounds: { timeoutCommitMs: 100 } })
  const overheard: Said[] = []
  network.onAnySaid = (said) => {
    if (overheard.length < OVERHEARD_MAX) overheard.push(said)
    else overheard[randomBelow(random, OVERHEARD_MAX)] = said
  }
  network.start()
  network.runTo(2n)
  const counts: SoakCounts = { messages: 0, ended: 0, blocks: 0n }
  const peers = network.nodes.flatMap((node) =>
    Array.from({ length: PEERS_PER_NODE }, (_, i) => {
      const manner = i === 0 ? 'stays' : 'leaves'
      return new HostilePeer(node, newId(random), manner)
    }),
  )
  const before = lowest(network)
  for (let turn = 0; turn < turns; turn++) {
    for (const [place, peer] of peers.entries()) {
      const node = network.nodes[Math.floor(place / PEERS_PER_NODE)]!
      if (!peer.isConnected) {
        counts.ended++
        peers[place] = new HostilePeer(node, newId(random))
      }
      for (let i = 0; i < MESSAGES_PER_TURN && peers[place]!.isConnected; i++) {
        const { channel, message } = nonsense({ random, overheard, height: node.height })
        peers[place]!.say(channel, message)
        counts.messages++
      }
    }
    network.advance(TURN_MS)
    for (const { failure, id } of network.nodes) assert.equal(failure, undefined, id)
  }
  assert.deepEqual(network.offences, [], 'no honest node is accused by another')
  counts.blocks = lowest(network) - before
  assert.ok(
    counts.blocks >= BigInt(Math.floor(turns / TURNS_PER_BLOCK_MAX)),
    `${counts.blocks} blocks`,
  )
  network.stop()
  return counts
}

function newId(random: RandomSource): string {
  return Buffer.from(random.bytes(20)).toString('hex')
}

function lowest({ nodes }: EngineNetwork): bigint {
  return nodes.reduce((least, { height }) => (height < least ? height : least), nodes[0]!.height)
}
