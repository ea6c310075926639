/** Says again, to anybody, what it has said long ago. */

import { randomBelow } from '@wadi/base/random'
import type { Behaviour, Means, Sent } from './behaviour.ts'

const EVERY_MS = 200
const KEPT_MAX = 400

/** See the top of this file. */
export function replay({ random, timers, send, neighbours }: Means): Behaviour {
  const said: Sent[] = []
  let next = 0
  const repeat = () => {
    const peers = neighbours()
    const old = said[randomBelow(random, Math.max(1, said.length))]
    const to = peers[randomBelow(random, Math.max(1, peers.length))]
    if (old !== undefined && to !== undefined) send({ ...old, to })
    timers.after(EVERY_MS, repeat)
  }
  return {
    begin: () => void timers.after(EVERY_MS, repeat),
    outgoing(sent) {
      said[next++ % KEPT_MAX] = sent
      return undefined
    },
  }
}
