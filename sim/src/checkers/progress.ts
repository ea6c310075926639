/**
 * P: once the core has healed, it decides one height after the other, each within a few rounds.
 */

import {
  precommitMs,
  prevoteMs,
  proposeMs,
  type RoundConfig,
} from '@wadi/tendermint/round/timeouts'
import type { Checker, World } from './checker.ts'

/** Whoever was banned is back, whoever was down has caught up, and messages have travelled. */
const GRACE_MS = 45_000

/** What the checker asks of the nodes. */
export interface ProgressView {
  readonly config: RoundConfig
  /** The highest round that anybody is in. */
  readonly highestRound: () => number
}

/** See the top of this file. */
export function progress(world: World, { config, highestRound }: ProgressView): Checker {
  const core = world.plan.powers.map((_, i) => i).filter((i) => world.isCore(i))
  let lowest = 0n
  let dueMs: number | undefined

  /** Every validator may have to be waited for once, and the turn of an honest one must come. */
  const setDue = () => {
    const first = highestRound()
    const last = first + world.plan.powers.length + 2
    let ms = world.nowMs() + GRACE_MS + config.timeoutCommitMs
    for (let round = first; round <= last; round++)
      ms += proposeMs(config, round) + prevoteMs(config, round) + precommitMs(config, round)
    dueMs = ms
  }

  return {
    name: 'progress',
    onHealed: setDue,
    onSecond() {
      if (dueMs === undefined || world.plan.isBeyondLimit) return
      const heights = core.map((node) => world.heightOf(node))
      const least = heights.reduce((low, height) => (height < low ? height : low))
      if (least > lowest) {
        lowest = least
        setDue()
      } else if (world.nowMs() > dueMs)
        world.report('progress', `the core stands still at heights ${heights.join(', ')}`)
    },
  }
}
