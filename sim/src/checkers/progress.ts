/**
 * P33: once the core has healed, it decides one height after the other, each within a few rounds.
 * As many as there are validators, and two more: each may have to be waited for once, and a lock of
 * an earlier round to be let go.
 */

import {
  precommitMs,
  prevoteMs,
  proposeMs,
  type RoundConfig,
} from '@wadi/tendermint/round/timeouts'
import type { Checker, World } from './checker.ts'

/** Whoever was banned is back, whoever was down has caught up, and messages have travelled. */
const GRACE_MS = 25_000
/** A node may have to fetch a block that others have decided. */
const TRAVEL_MS = 5000
const ROUNDS_MORE = 2

/** What the checker asks of the nodes. */
export interface ProgressView {
  readonly config: RoundConfig
  /** The highest round that anybody is in. */
  readonly highestRound: () => number
}

/** See the top of this file. */
export function progress(world: World, { config, highestRound }: ProgressView): Checker {
  const core = world.plan.powers.map((_, i) => i).filter((i) => world.isCore(i))
  const roundsMax = world.plan.powers.length + ROUNDS_MORE
  let lowest = 0n
  let dueMs: number | undefined
  let settlesAtMs: number | undefined
  /** Later heights began when everything was well. */
  let lastTroubled: bigint | undefined

  const setDue = (graceMs: number) => {
    const first = highestRound()
    const last = first + roundsMax
    let ms = world.nowMs() + graceMs + config.timeoutCommitMs
    for (let round = first; round <= last; round++)
      ms += proposeMs(config, round) + prevoteMs(config, round) + precommitMs(config, round)
    dueMs = ms
  }

  const heightsOf = () => core.map((node) => world.heightOf(node))

  return {
    name: 'progress',
    onHealed() {
      settlesAtMs = world.nowMs() + GRACE_MS
      setDue(GRACE_MS)
    },
    onApplied({ node, block }) {
      const { height } = block.header
      const { lastCommit } = block
      if (lastTroubled === undefined || lastCommit === undefined || !world.isCore(node)) return
      if (height - 1n > lastTroubled && lastCommit.round >= roundsMax)
        world.report('progress', `height ${height - 1n} took ${lastCommit.round + 1} rounds`)
    },
    onSecond() {
      if (settlesAtMs !== undefined && lastTroubled === undefined && world.nowMs() >= settlesAtMs)
        lastTroubled = heightsOf().reduce((high, height) => (height > high ? height : high)) + 1n
      if (dueMs === undefined || world.plan.isBeyondLimit) return
      const heights = heightsOf()
      const least = heights.reduce((low, height) => (height < low ? height : low))
      if (least > lowest) {
        lowest = least
        setDue(lastTroubled === undefined ? GRACE_MS : TRAVEL_MS)
      } else if (world.nowMs() > dueMs)
        world.report('progress', `the core stands still at heights ${heights.join(', ')}`)
    },
  }
}
