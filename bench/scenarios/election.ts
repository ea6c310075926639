/** An epoch begins: who of a thousand nodes validates, and who serves the runtimes. */

import { type Backend, prepareElection } from '../src/electionNetwork.ts'
import { median } from '../src/measure.ts'
import { cpuSecondsOf } from '../src/rounds.ts'
import type { Partner, Scenario } from '../src/scenario.ts'

const ROUNDS = 7
const MS_PER_SECOND = 1000
const NAMES: readonly (readonly [Backend, string])[] = [
  ['vrf', 'wadi, with proofs'],
  ['insecure', 'wadi, insecure beacon'],
]

/** The scheduler alone, in the first block of an epoch. Making the network takes longer by far. */
function createPartner([backend, name]: (typeof NAMES)[number]): Partner {
  const times: number[] = []
  return {
    name,
    async round() {
      const election = prepareElection(backend, times.length)
      const seconds = cpuSecondsOf(election.run)
      election.check()
      times.push(seconds * MS_PER_SECOND)
      return 1 / seconds
    },
    close: () => undefined,
    note() {
      const [first = Number.NaN] = times
      const usual = median(times).toFixed(1)
      return `${usual} ms of the processor each, ${first.toFixed(1)} ms the first time`
    },
  }
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'election/thousand-nodes',
    unit: 'elections per CPU second',
    goals: [],
    rounds: ROUNDS,
    create: () => NAMES.map(createPartner),
  },
]
