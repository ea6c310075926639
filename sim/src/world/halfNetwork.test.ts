import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'
import fc from 'fast-check'
import { HalfNetwork } from './halfNetwork.ts'
import { FAIR_WEATHER, SimNetwork } from './network.ts'
import { VirtualTime } from './virtualTime.ts'

const END_MS = 40
/** So long a queue that it does not matter in which order messages of one moment are sent. */
const CHANNEL: Channel = { id: 1, priority: 1, sendQueueMax: 1000, messageBytesMax: 100 }

/** Writes down what it gets, and passes it on to all others as often as its first byte says. */
class Gossip implements Reactor {
  readonly name = 'gossip'
  readonly channels = [CHANNEL]
  readonly #number: number
  readonly #time: VirtualTime
  readonly #seen: string[]
  readonly #peers = new Set<Peer>()

  constructor(number: number, time: VirtualTime, seen: string[]) {
    this.#number = number
    this.#time = time
    this.#seen = seen
  }

  addPeer(peer: Peer): void {
    this.#peers.add(peer)
    peer.send(1, Uint8Array.of(2, this.#number))
  }

  removePeer(peer: Peer): void {
    this.#peers.delete(peer)
  }

  receive(sender: Peer, _channel: number, [left = 0, ...path]: Uint8Array): void {
    this.#seen.push(`${this.#time.nowMs}: ${sender.id} to ${this.#number}: ${path}`)
    if (left === 0) return
    const message = Uint8Array.of(left - 1, ...path, this.#number)
    this.#time.after(this.#number % 3, () => {
      for (const peer of this.#peers) peer.send(1, message)
    })
  }
}

interface Graph {
  readonly count: number
  readonly links: readonly (readonly [number, number])[]
  readonly delayMs: number
}

const graphs = fc.integer({ min: 2, max: 7 }).chain((count) => {
  const node = fc.nat(count - 1)
  const links = fc.array(fc.tuple(node, node), { maxLength: 10 })
  return fc.record({ count: fc.constant(count), links, delayMs: fc.integer({ min: 1, max: 4 }) })
})

const idsOf = ({ count }: Graph) => Array.from({ length: count }, (_, i) => `n${i}`)
const weatherOf = ({ delayMs }: Graph) =>
  ({ ...FAIR_WEATHER, delayMs: [delayMs, delayMs] }) as const

function linkAll(network: SimNetwork, { links }: Graph): void {
  for (const [a, b] of links) network.link(`n${a}`, `n${b}`)
}

function seenInOne(graph: Graph): readonly string[] {
  const seen: string[] = []
  const time = new VirtualTime()
  const network = new SimNetwork({ time, random: new SeededRandom(1n), messages: 'shared' })
  network.setWeather(weatherOf(graph))
  linkAll(network, graph)
  for (const [i, id] of idsOf(graph).entries())
    network.join({ id, reactors: [new Gossip(i, time, seen)] })
  while (time.step(END_MS));
  return seen.toSorted()
}

function seenInHalves(graph: Graph, isInFirst: (node: number) => boolean): readonly string[] {
  const seen: string[] = []
  const ids = idsOf(graph)
  const options = { weather: weatherOf(graph), crossingMs: graph.delayMs, ids }
  const halves = [true, false].map((isFirst) => {
    const half = new HalfNetwork({ ...options, random: new SeededRandom(2n) })
    linkAll(half.network, graph)
    for (const [i, id] of ids.entries()) {
      const reactors = [new Gossip(i, half.time, seen)]
      if (isInFirst(i) === isFirst) half.network.join({ id, reactors })
      else half.joinStandIn(id, [CHANNEL])
    }
    half.time.after(END_MS, () => undefined)
    return half
  })
  while (halves.every(({ time }) => time.nextMs <= END_MS)) {
    const tidings = halves.map((half) => half.tell(0))
    for (const [i, half] of halves.entries()) half.pass(tidings[i]!, tidings[1 - i]!)
  }
  return seen.filter((line) => Number.parseInt(line, 10) <= END_MS).toSorted()
}

describe('a network of two halves', () => {
  it('does what one network does, if all ways take as long', () => {
    const check = (graph: Graph, split: number) =>
      assert.deepEqual(
        seenInHalves(graph, (node) => (split >> node) % 2 === 0),
        seenInOne(graph),
      )
    fc.assert(fc.property(graphs, fc.nat(127), check))
  })

  it('has queues that are full for as long as messages are on their way', () => {
    const [crossingMs, queue] = [5, { ...CHANNEL, sendQueueMax: 3 }]
    const options = { weather: FAIR_WEATHER, crossingMs, ids: ['here', 'there'] }
    const half = new HalfNetwork({ ...options, random: new SeededRandom(1n) })
    const { time, network } = half
    const taken: number[] = []
    const send = (peer: Peer) => {
      while (peer.send(1, Uint8Array.of(0))) taken.push(time.nowMs)
    }
    const [removePeer, receive] = [() => undefined, () => undefined]
    const reactor = { name: 'eager', channels: [queue], removePeer, receive }
    network.link('here', 'there')
    network.join({ id: 'here', reactors: [{ ...reactor, addPeer: send, drained: send }] })
    half.joinStandIn('there', [queue])
    while (time.step(crossingMs + 1));
    assert.deepEqual(taken, [1, 1, 1, 6, 6, 6])
  })
})
