/** What a plan is drawn with. */

import { type RandomSource, randomBelow } from '@wadi/base/random'

const HUNDRED = 100

/** See the top of this file. */
export class Dice {
  readonly random: RandomSource

  constructor(random: RandomSource) {
    this.random = random
  }

  below(bound: number): number {
    return randomBelow(this.random, bound)
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  percent(share: number): boolean {
    return this.below(HUNDRED) < share
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!
  }

  shuffled<T>(of: readonly T[]): readonly T[] {
    const left = [...of]
    return of.map(() => left.splice(this.below(left.length), 1)[0]!)
  }
}
