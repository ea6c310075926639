/** Half of a network of engines: the first validators, or the last ones. */

import { SeededRandom } from '@wadi/base/random'
import type { Channel } from '@wadi/contracts/peers'
import { RememberedSignatures } from '@wadi/engine/remembered-signatures'
import { HalfNetwork, type Tidings } from '@wadi/sim/half-network'
import { FAIR_WEATHER, type Weather } from '@wadi/sim/network'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { createValidator, Heights, keysOf, type NetworkSize, peersOf } from './engineNodes.ts'

/** What a network of two halves is like, in values that go to a thread. */
export interface HalvesOptions extends NetworkSize {
  /** Between validators of one half. */
  readonly delayMs: Weather['delayMs']
  /** Between validators of different halves. */
  readonly crossingMs: number
  /** Who remembers which signatures were verified: each node, or each half for all of its nodes. */
  readonly checks: 'own' | 'shared'
}

/** Half of a network, and how far it is. */
export interface EngineHalf {
  readonly network: HalfNetwork
  readonly heights: Heights
}

/**
 * Makes a half of a network. Who is near in the circle is mostly in the same half: with 100
 * validators of 16 peers, 3 of 10 connections cross.
 */
export function createHalf(side: 0 | 1, options: HalvesOptions): EngineHalf {
  const keys = keysOf(options)
  const isHere = (index: number) => index < keys.length / 2 === (side === 0)
  const random = new SeededRandom(1n + BigInt(side))
  const weather = { ...FAIR_WEATHER, delayMs: options.delayMs }
  const half = new HalfNetwork({
    random,
    weather,
    crossingMs: options.crossingMs,
    ids: keys.map(({ id }) => id),
  })
  const { time, network } = half
  const heights = new Heights(keys.filter((_, i) => isHere(i)))
  const dialect =
    options.checks === 'shared' ? new RememberedSignatures(oasisDialect) : oasisDialect
  let channels: readonly Channel[] = []
  const place = { size: options, time, random, dialect, heights }
  const engines = keys.map((key, i) => {
    if (!isHere(i)) return undefined
    const engine = createValidator(key, keys, place)
    channels = engine.reactors.flatMap((reactor) => reactor.channels)
    return engine
  })
  keys.forEach(({ id }, i) => {
    const engine = engines[i]
    time.after(1, () => {
      engine?.start()
      if (engine === undefined) half.joinStandIn(id, channels)
      else network.join({ id, reactors: engine.reactors })
    })
    for (const other of peersOf(i, options))
      if (isHere(i) || isHere(other)) network.link(id, keys[other]!.id)
  })
  return { network: half, heights }
}

/**
 * Lets a half pass until all validators of both have made so many blocks: each turn tells the
 * other half something, and has to be told what the other tells in its turn.
 */
export function* passUntil(
  { network, heights }: EngineHalf,
  goal: number,
): Generator<Tidings, void, Tidings> {
  for (;;) {
    const mine = network.tell(heights.lowest)
    const theirs = yield mine
    network.pass(mine, theirs)
    if (Math.min(mine.progress, theirs.progress) >= goal) return
  }
}
