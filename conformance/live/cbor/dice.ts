/** A generator of random numbers with a seed (mulberry32). */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** An integer from 0 to `end`, exclusive. */
  roll(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return Math.floor((((word ^ (word >>> 14)) >>> 0) / 0x1_0000_0000) * end)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.roll(choices.length)]!
  }
}
