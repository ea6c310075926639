/** Transactions on their way out of the pool, and those that proposals keep at hand. */

import { toHex } from '@wadi/base/bytes'
import type { Hash } from '@wadi/primitives/hash'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { PROPOSED_COUNT_MAX } from '../limits.ts'
import { entryOf, withEntry } from '../persistent/hashMap.ts'
import { compareTexts, emptyMap, type SortedMap, withValue } from '../persistent/sortedMap.ts'
import { takeSubmitted } from './checks.ts'
import { findTransaction } from './findTransaction.ts'
import type { PoolBlockInput } from './input.ts'
import { withoutTransaction, withoutUsed } from './mainQueue.ts'
import type { PoolRun } from './run.ts'
import { withoutSeen } from './seenCache.ts'

/** They were executed. They stay among those that were seen: nobody can bring them again. */
export function takeUsed({ state }: PoolRun, hashes: readonly Hash[]): void {
  const round = state.block?.round ?? 0n
  for (const hash of hashes) state.main = withoutUsed(state.main, toHex(hash), round)
}

/**
 * The runtime refused to execute them. They may be submitted again, and what comes after them waits
 * for another one of their sequence: it was not used. The reference takes it for used, until it
 * checks everything again.
 */
export function takeRejected({ state }: PoolRun, hashes: readonly Hash[]): void {
  for (const key of hashes.map(toHex)) {
    state.seen = withoutSeen(state.seen, key)
    const tx = entryOf(state.main.byKey, key)
    if (tx !== undefined) state.main = withoutTransaction(state.main, tx)
  }
}

/** Transactions of a proposal: for the round, and perhaps for the pool. */
export function takeProposed(run: PoolRun, inputs: readonly Uint8Array[]): void {
  for (const input of inputs) {
    takeSubmitted(run, { kind: 'submit', input, origin: 'remote' })
    keep(run, toHex(hashOfTransaction(input)), input)
  }
}

/** What is here of a proposal stays for the round, even if the pool drops it. */
export function holdProposed(run: PoolRun, hashes: readonly Hash[]): void {
  for (const hash of hashes) {
    const input = findTransaction(run.state, hash)
    if (input !== undefined) keep(run, toHex(hash), input)
  }
}

function keep({ state }: PoolRun, key: string, input: Uint8Array): void {
  if (state.proposed.size >= PROPOSED_COUNT_MAX && entryOf(state.proposed, key) === undefined) {
    return
  }
  state.proposed = withEntry(state.proposed, key, input)
}

/** The transactions in messages that wait for the runtime. */
export function incomingOf({ inMessages }: PoolBlockInput): SortedMap<string, Uint8Array> {
  let incoming: SortedMap<string, Uint8Array> = emptyMap(compareTexts)
  for (const { data } of inMessages) {
    incoming = withValue(incoming, toHex(hashOfTransaction(data)), data)
  }
  return incoming
}
