/** A network of engines in this thread: as many validators, in time that passes by itself. */

import { assert } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { FAIR_WEATHER, SimNetwork, type Weather } from '@wadi/sim/network'
import { VirtualTime } from '@wadi/sim/virtual-time'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { createValidator, Heights, keysOf, type NetworkSize, peersOf } from './engineNodes.ts'

const STEPS_AT_ONCE = 100

/** What a network is like. */
export interface EngineNetworkOptions extends NetworkSize {
  readonly delayMs: Weather['delayMs']
  /** How signatures are verified; nodes may share what they remember. */
  readonly dialect: SignatureDialect
}

/** Validators that have made their first blocks. */
export interface EngineNetwork {
  /** Milliseconds since the network began. */
  readonly nowMs: number
  /** Goes on until all have made as many more blocks. */
  run(blockCount: number): void
}

/** Makes a network, and has it make a few blocks. */
export function startEngines(options: EngineNetworkOptions): EngineNetwork {
  const { delayMs, dialect } = options
  const time = new VirtualTime()
  const random = new SeededRandom(1n)
  const network = new SimNetwork({ time, random, messages: 'shared' })
  network.setWeather({ ...FAIR_WEATHER, delayMs })
  const keys = keysOf(options)
  const heights = new Heights(keys)
  keys.forEach((key, i) => {
    const engine = createValidator(key, keys, { size: options, time, random, dialect, heights })
    time.after(1, () => {
      engine.start()
      network.join({ id: key.id, reactors: engine.reactors })
    })
    for (const other of peersOf(i, options)) network.link(key.id, keys[other]!.id)
  })
  const run = (blockCount: number): void => {
    const goal = heights.lowest + blockCount
    while (heights.lowest < goal)
      for (let i = 0; i < STEPS_AT_ONCE; i++)
        assert(time.step(Number.POSITIVE_INFINITY), 'a network goes on')
  }
  run(2)
  return {
    get nowMs() {
      return time.nowMs
    },
    run,
  }
}
