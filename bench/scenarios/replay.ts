/** The recorded random workload, replayed and compared with the recording. */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasVector, vectorsFolder } from '@wadi/conformance/vectors'
import { createPartner } from '../src/partner.ts'
import { describeMemory, type OwnRound } from '../src/rounds.ts'
import type { Contender, Partner, Scenario } from '../src/scenario.ts'

const PROGRAM = fileURLToPath(new URL('../src/measureReplay.ts', import.meta.url))
const CHAIN = 'chains/random-workload'
/** Nothing is compiled when it begins, and all is over before the compiler is done. */
const COLD = 'wadi, a process each time'
const WARM = 'wadi, one process'
const ROUNDS = 3

function startReplay(name: string) {
  const args = [PROGRAM, join(vectorsFolder(), CHAIN)]
  return createPartner<OwnRound>(name, { program: process.execPath, args })
}

function createCold(): Partner {
  let memory = ''
  return {
    name: COLD,
    async round() {
      const partner = await startReplay(COLD)
      const rate = await partner.round()
      partner.close()
      memory = describeMemory(partner.told)
      return rate
    },
    close: () => undefined,
    note: () => memory,
  }
}

async function create(): Promise<readonly Contender[]> {
  if (!hasVector(`${CHAIN}/blocks.ndjson.gz`)) {
    const absent = `there is no ${CHAIN} in ${vectorsFolder()}`
    return [COLD, WARM].map((name) => ({ name, absent }))
  }
  const warm = await startReplay(WARM)
  return [createCold(), { ...warm, note: () => describeMemory(warm.told) }]
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'replay/random-workload',
    unit: 'transactions per CPU second',
    goals: [{ contender: WARM, atLeast: 3_000 }],
    rounds: ROUNDS,
    create,
  },
]
