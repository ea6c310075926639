/** The start of a node with a long chain, as a process, until it answers. Time is the clock's. */

import { keptLongChain, LONG_CHAIN_HEIGHT } from '../src/longChain.ts'
import type { Contender, Partner, Scenario } from '../src/scenario.ts'
import { dropFromCache, type Start, timeStart } from '../src/startedNode.ts'

const WARM = 'wadi-node'
const COLD = 'wadi-node, its files not in memory'
const MAKE = 'node bench/src/makeLongChain.ts'
const ROUNDS = 5

function create(): readonly Contender[] {
  const folder = keptLongChain()
  if (folder === undefined) {
    const absent = `there is no chain of ${LONG_CHAIN_HEIGHT} blocks: ${MAKE} takes five minutes`
    return [WARM, COLD].map((name) => ({ name, absent }))
  }
  const starting = (name: string, prepare: () => void): Partner => {
    let last: Start | undefined
    return {
      name,
      async round() {
        prepare()
        last = await timeStart(folder)
        return last.ms
      },
      close: () => undefined,
      note: () =>
        `GetBlock of ${last?.height}; ${last?.cpuSeconds?.toFixed(2)} s of CPU until then`,
    }
  }
  return [starting(WARM, () => undefined), starting(COLD, () => dropFromCache(folder.dataDir))]
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'long-chain/start',
    unit: 'ms until the first answer',
    goals: [
      { contender: WARM, atMost: 2_000 },
      { contender: COLD, atMost: 2_000 },
    ],
    rounds: ROUNDS,
    create,
  },
]
