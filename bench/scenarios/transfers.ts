/** A thousand transfers per block between ten thousand accounts, with all services. */

import { fileURLToPath } from 'node:url'
import { createPartner } from '../src/partner.ts'
import { describeMemory, type OwnRound } from '../src/rounds.ts'
import type { Contender, Scenario } from '../src/scenario.ts'

const PROGRAM = fileURLToPath(new URL('../src/measureTransfers.ts', import.meta.url))
const OURS = 'wadi'
const ROUNDS = 11

async function create(): Promise<readonly Contender[]> {
  const args = [PROGRAM, String(ROUNDS)]
  const partner = await createPartner<OwnRound>(OURS, { program: process.execPath, args })
  return [{ ...partner, note: () => describeMemory(partner.told) }]
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'transfers/thousand-per-block',
    unit: 'transactions per CPU second',
    goals: [{ contender: OURS, atLeast: 5_000 }],
    rounds: ROUNDS,
    create,
  },
]
