/** Does not say what it should: votes, parts of blocks, or anything, to some or to all. */

import { randomBelow } from '@wadi/base/random'
import type { Behaviour, Means, Sent } from './behaviour.ts'
import { DATA, VOTES } from './channels.ts'

const MOOD_MS = 5000

type Silence = (sent: Sent) => boolean

/** See the top of this file. */
export function withhold(means: Means): Behaviour {
  const { random, timers } = means
  const moods: readonly Silence[] = [
    () => false,
    ({ channel }) => channel === VOTES,
    ({ channel }) => channel === DATA,
    ({ channel, to }) => channel === VOTES && to % 2 === 0,
    ({ channel, to }) => channel === DATA && to % 2 === 0,
    () => true,
    () => randomBelow(random, 2) === 0,
  ]
  let isSilent: Silence = moods[0]!
  const change = () => {
    isSilent = moods[randomBelow(random, moods.length)]!
    timers.after(MOOD_MS, change)
  }
  return {
    begin: change,
    outgoing: (sent) => (isSilent(sent) ? [] : undefined),
  }
}
