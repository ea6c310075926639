/** What one executor does with the transfers of a ParaTime, over the host protocol. */

import { PAYERS } from '../src/paratimes/fundedAccounts.ts'
import { requirePaid, ServedAccounts } from '../src/paratimes/servedAccounts.ts'
import type { Partner, Scenario } from '../src/scenario.ts'

const [EXECUTED, CHECKED] = ['executed', 'checked']
const ROUNDS = 9
/** Batches before the first that counts: the compiler is not done with one. */
const WARM = 3
const MICROSECONDS = 1e6

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function perCpuSecond(work: () => Promise<void>): Promise<number> {
  const begun = cpuMicroseconds()
  await work()
  return (PAYERS * MICROSECONDS) / (cpuMicroseconds() - begun)
}

async function create(): Promise<readonly Partner[]> {
  const served = new ServedAccounts()
  await served.start()
  // They are signed before: others do that.
  const batches = Array.from({ length: WARM + ROUNDS }, () => served.sign())
  const execute = async (batch: readonly Uint8Array[]) => {
    requirePaid(await served.execute(batch), PAYERS)
  }
  const next = () => batches.shift() ?? []
  for (let i = 0; i < WARM; i++) {
    const batch = next()
    await served.check(batch)
    await execute(batch)
  }
  let batch: readonly Uint8Array[] = []
  const note = () => `batches of ${PAYERS}, each transfer signed by somebody else (Ed25519)`
  return [
    {
      name: CHECKED,
      round() {
        batch = next()
        return perCpuSecond(() => served.check(batch))
      },
      close: () => undefined,
      note,
    },
    {
      name: EXECUTED,
      round: () => perCpuSecond(() => execute(batch)),
      close: () => undefined,
      note,
    },
  ]
}

/** The same payments, and the same encrypted for the ParaTime, whose results are encrypted, too. */
async function createEncrypted(): Promise<readonly Partner[]> {
  const served = new ServedAccounts()
  await served.start()
  const partner = (name: string, sign: () => readonly Uint8Array[], paid: 'ok' | 'unknown') => ({
    name,
    async round() {
      const batch = sign()
      return perCpuSecond(async () => requirePaid(await served.execute(batch), PAYERS, paid))
    },
    close: () => undefined,
  })
  const partners = [
    partner('plain', () => served.sign(), 'ok'),
    partner('encrypted', () => served.signEncrypted(), 'unknown'),
  ]
  for (let i = 0; i < WARM; i++) for (const { round } of partners) await round()
  return partners
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'paratime/executor',
    unit: 'transfers per CPU second',
    goals: [{ contender: EXECUTED, atLeast: 2_000 }],
    rounds: ROUNDS,
    create,
  },
  {
    name: 'paratime/encrypted',
    unit: 'transfers executed per CPU second',
    yardstick: 'plain',
    goals: [],
    rounds: ROUNDS,
    create: createEncrypted,
  },
]
