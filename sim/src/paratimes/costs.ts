/**
 * What a transaction costs a network by the size of its committee: processor time of everything
 * that the simulator runs, with clients and without any.
 */

import type { ParatimePlan } from './plan/paratimePlan.ts'
import { simulateParatimes } from './run/paratimeSimulation.ts'

/** Those of which the protocol's authors speak. */
const COMMITTEE_SIZES = [2, 5, 24, 67] as const

/** What came out for a size. */
export interface Cost {
  readonly size: number
  /** Transactions that clients were told to be final. */
  readonly transactions: number
  /** Processor time of all nodes for one of them. */
  readonly msPerTransaction: number
  /** The same without what it takes to make rounds. */
  readonly addedMsPerTransaction: number
}

const SEED = 1n
const CLIENTS = 60
/** Large committees are simulated for less time: each second costs them several. */
const SIMULATED_MS = { large: 8000, small: 15_000 } as const
const LARGE = 30
const OFTEN_MS = 20
const NEVER_MS = 2 ** 30
const MS_PER_US = 1000

/** Everybody executes: signed transfers of accounts. */
function planOf(size: number, transactionEveryMs: number): ParatimePlan {
  const endMs = SIMULATED_MS[size > LARGE ? 'large' : 'small']
  return {
    seed: SEED,
    executors: size,
    keyManagers: 0,
    keyLiar: undefined,
    paratimes: [
      {
        kind: 'accounts',
        workers: size,
        backupWorkers: 1,
        allowedStragglers: 0,
        roundTimeout: 5,
        flushMs: 1000,
        turnMs: 5000,
      },
    ],
    byzantine: [],
    isBeyondLimit: false,
    lost: [],
    skewsMs: Array.from({ length: size }, () => 0),
    faults: [],
    spells: [],
    upgrade: undefined,
    stores: undefined,
    healAtMs: endMs,
    endMs,
    epochBlocks: 60,
    clients: CLIENTS,
    transactionEveryMs,
    messageEveryMs: undefined,
    callMsMax: 20,
  }
}

async function measure(plan: ParatimePlan): Promise<{ cpuMs: number; told: number }> {
  const begun = process.cpuUsage()
  const { told } = await simulateParatimes({ plan })
  const { user, system } = process.cpuUsage(begun)
  return { cpuMs: (user + system) / MS_PER_US, told }
}

/** Measures one size. */
async function costOf(size: number): Promise<Cost> {
  const idle = await measure(planOf(size, NEVER_MS))
  const busy = await measure(planOf(size, OFTEN_MS))
  const transactions = Math.max(1, busy.told)
  return {
    size,
    transactions: busy.told,
    msPerTransaction: busy.cpuMs / transactions,
    addedMsPerTransaction: (busy.cpuMs - idle.cpuMs) / transactions,
  }
}

/** A line of the table. */
function costText({ size, ...cost }: Cost): string {
  const { transactions, msPerTransaction, addedMsPerTransaction } = cost
  const perNode = addedMsPerTransaction / size
  return [
    `${String(size).padStart(4)} executors`,
    `${String(transactions).padStart(6)} transactions`,
    `${msPerTransaction.toFixed(2).padStart(8)} ms each`,
    `${addedMsPerTransaction.toFixed(2).padStart(8)} ms without rounds`,
    `${perNode.toFixed(2).padStart(6)} ms of each executor`,
  ].join('  ')
}

/** The table, size by size: those of which the protocol's authors speak, unless told otherwise. */
export async function* costLines(
  sizes: readonly [number, ...number[]] = COMMITTEE_SIZES,
): AsyncGenerator<string, void> {
  // Code is compiled as it runs, so the first size is measured twice.
  await costOf(sizes[0])
  for (const size of sizes) yield costText(await costOf(size))
}
