/** The weather between all nodes, as whatever is happening there makes it. */

import type { CutFault, WeatherFault } from '../plan/plan.ts'
import { randomFor } from '../plan/randomFor.ts'
import { FAIR_WEATHER, type Weather } from './network.ts'

/** Which faults there are at a moment. */
export type SkyFault = WeatherFault | CutFault

export type SetWeather = (from: number, to: number, weather: Weather) => void

/** Keeps the weather of every way as bad as all faults that are under way. */
export class Skies {
  readonly #count: number
  readonly #set: SetWeather
  readonly #fair: Weather
  readonly #faults = new Set<SkyFault>()

  constructor(count: number, seed: bigint, set: SetWeather) {
    const [byte = 0] = randomFor(seed, 'skies').bytes(1)
    this.#count = count
    this.#set = set
    // Some networks are in one house, others around the world.
    this.#fair = { ...FAIR_WEATHER, delayMs: [1, 5 + byte] }
    this.#apply()
  }

  begin(fault: SkyFault): void {
    this.#faults.add(fault)
    this.#apply()
  }

  end(fault: SkyFault): void {
    if (this.#faults.delete(fault)) this.#apply()
  }

  /** All of it is over, but for those who are cut off for good. */
  clear(): void {
    this.#faults.clear()
    this.#apply()
  }

  #apply(): void {
    for (let from = 0; from < this.#count; from++)
      for (let to = 0; to < this.#count; to++)
        if (from !== to) this.#set(from, to, this.#weatherOf(from, to))
  }

  #weatherOf(from: number, to: number): Weather {
    let weather = this.#fair
    for (const fault of this.#faults) {
      if (fault.kind === 'cut') {
        if (cuts(fault, from, to)) weather = { ...weather, isCut: true }
      } else if (fault.way === undefined || (fault.way[0] === from && fault.way[1] === to))
        weather = worse(weather, fault)
    }
    return weather
  }
}

function cuts({ side, ...fault }: CutFault, from: number, to: number): boolean {
  const [isFromIn, isToIn] = [side.includes(from), side.includes(to)]
  return fault.class === 'partition' ? isFromIn !== isToIn : isFromIn && !isToIn
}

function worse(weather: Weather, fault: WeatherFault): Weather {
  const { amount } = fault
  switch (fault.class) {
    case 'delays':
      return { ...weather, delayMs: [weather.delayMs[0], Math.max(weather.delayMs[1], amount)] }
    case 'loss':
      return { ...weather, lostPerMillion: Math.max(weather.lostPerMillion, amount) }
    case 'duplication':
      return { ...weather, doubledPerMillion: Math.max(weather.doubledPerMillion, amount) }
    case 'reordering':
      return { ...weather, reorderedPerMillion: Math.max(weather.reorderedPerMillion, amount) }
  }
}
