/** The other side of {@link createPartner}, for processes of ours. */

import { createInterface } from 'node:readline'
import type { Round } from './partner.ts'

/** What a process of ours tells of a round, and what it holds after it. */
export type OwnRound = Round & { readonly residentBytes: number }

const MICROSECONDS = 1_000_000

/** Seconds of the processor, all threads together, while `work` ran. */
export function cpuSecondsOf(work: () => void): number {
  const begun = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / MICROSECONDS
}

function tell(round: Round): void {
  const residentBytes = process.memoryUsage.rss()
  const told: OwnRound = { ...round, residentBytes }
  process.stdout.write(`${JSON.stringify(told)}\n`)
}

/** Says that the work is prepared, and does a round of it for each line on standard input. */
export async function answerRounds(round: () => Round): Promise<void> {
  tell({ operations: 0, cpuSeconds: 0 })
  for await (const _ of createInterface({ input: process.stdin })) tell(round())
}

const MEGABYTE = 1_000_000

/** What a process held before its first round and after its last, for people. */
export function describeMemory(told: readonly OwnRound[]): string {
  const [first, last] = [told[0], told.at(-1)]
  const megabytes = (round: OwnRound | undefined) =>
    ((round?.residentBytes ?? Number.NaN) / MEGABYTE).toFixed(0)
  return `resident memory ${megabytes(first)} MB at the start, ${megabytes(last)} MB at the end`
}
