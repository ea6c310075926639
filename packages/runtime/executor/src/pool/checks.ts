/** Transactions on their way into the pool: the runtime says which ones are good. */

import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import type { CodedError } from '@wadi/base/errors'
import { hashOfBytes } from '@wadi/primitives/hash'
import type { CheckTxMetadata, CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { POOL_SIZE_MAX, SENDER_SIZE_MAX, TRANSACTION_SIZE_MAX } from '../limits.ts'
import { entryOf } from '../persistent/hashMap.ts'
import { isQueued, type PendingCheck, takeChecks, withCheck, withRetried } from './checkQueue.ts'
import { errors } from './errors.ts'
import type { CheckedInput, SubmitInput } from './input.ts'
import {
  transactionsAfterGaps,
  transactionsOf,
  withoutTransaction,
  withTransaction,
} from './mainQueue.ts'
import { checkCountMax } from './poolState.ts'
import { publishAgain, publishSoon } from './publish.ts'
import { emit, notePublished, type PoolRun, refuse } from './run.ts'
import { seenOf, withoutSeen } from './seenCache.ts'
import { hasSchedulable } from './suggest.ts'
import type { PoolTransaction } from './transaction.ts'

const CHECK_TIMEOUT_MS = 15_000
const CHECK_RETRY_MS = 1_000

/** A transaction that nobody has looked at. */
export function takeSubmitted(run: PoolRun, submitted: SubmitInput): void {
  const { input, ticket, origin, isDryRun = false } = submitted
  const hash = hashOfTransaction(input)
  const key = toHex(hash)
  const error = whyNotChecked(run, input, key)
  if (error !== undefined) {
    if (ticket !== undefined)
      emit(run, { kind: 'answer', ticket, outcome: { kind: 'not-taken', error } })
    return
  }
  const check: PendingCheck = { input, hash, key, origin, ticket, isDryRun }
  run.state.pending = withCheck(run.state.pending, check)
  runChecks(run)
}

/** In the words of the reference, where it has some. */
function whyNotChecked(run: PoolRun, input: Uint8Array, key: string): CodedError | undefined {
  const { seen, pending, running, main } = run.state
  const isRunning = running?.checks.some((check) => check.key === key) ?? false
  const isKnown = isQueued(pending, key) || isRunning || entryOf(main.byKey, key) !== undefined
  if (isKnown || seenOf(seen, key) !== undefined) return errors.duplicate()
  if (input.length === 0) return errors.empty()
  if (isTooLarge(run, input)) return errors.tooLarge()
  const sizeBytes = main.sizeBytes + pending.sizeBytes + input.length
  return isCheckQueueFull(run) || sizeBytes > POOL_SIZE_MAX ? errors.full() : undefined
}

/** Is it more than fits into any batch? The reference takes it, and never gets rid of it. */
function isTooLarge({ state: { block } }: PoolRun, { length }: Uint8Array): boolean {
  const batchSizeMax = block?.batchSizeBytesMax ?? 0n
  return length > TRANSACTION_SIZE_MAX || (batchSizeMax > 0n && BigInt(length) > batchSizeMax)
}

/** Takes out what does not fit into any batch, since batches got smaller. */
export function dropTooLarge(run: PoolRun): void {
  const { state } = run
  for (const tx of [...transactionsOf(state.main)]) {
    if (!isTooLarge(run, tx.input)) continue
    state.main = withoutTransaction(state.main, tx)
    state.seen = withoutSeen(state.seen, tx.key)
  }
}

/** Begins the next check, if none is under way and there is something to check it upon. */
export function runChecks(run: PoolRun): void {
  const { state } = run
  const { config, block, syncedRound, isRuntimeReady } = state
  if (state.running !== undefined || block === undefined || !isRuntimeReady) return
  // It is not the runtime's fault if storage is behind.
  if (syncedRound === undefined || syncedRound < block.round) return
  const { queue, checks } = takeChecks(state.pending, config.checkBatchMax)
  if (checks.length === 0) return
  state.lastId++
  const id = state.lastId
  state.pending = queue
  state.running = { id, checks, round: block.round }
  const inputs = checks.map(({ input }) => input)
  emit(run, { kind: 'check', id, inputs, deadlineMs: CHECK_TIMEOUT_MS })
}

/** The state upon which transactions were checked, and what it says of their senders. */
interface CheckedUpon {
  readonly round: bigint
  readonly stateSeqs: Map<string, bigint>
}

/** The runtime's verdict; without one it is asked again later. */
export function takeChecked(run: PoolRun, { id, results }: CheckedInput): void {
  const { state } = run
  const { running } = state
  if (running?.id !== id) return
  state.running = undefined
  const { checks, round } = running
  if (results === undefined || results.length !== checks.length) {
    state.pending = withRetried(state.pending, checks)
    emit(run, { kind: 'set-pool-timer', timer: 'check', afterMs: CHECK_RETRY_MS })
    return
  }
  // COMPAT(oasis-sdk): runtimes count the sequence in the state up while they check a batch, so
  // that only the first one of a sender is right.
  const upon: CheckedUpon = { round, stateSeqs: new Map() }
  const hadSchedulable = hasSchedulable(state)
  const inputs: Uint8Array[] = []
  for (const [i, check] of checks.entries()) {
    const isNew = takeResult(run, check, results[i]!, upon)
    if (isNew) inputs.push(check.input)
  }
  const isWakening = !hadSchedulable && hasSchedulable(state)
  if (inputs.length > 0 || isWakening) emit(run, { kind: 'available', inputs })
  // A block that came meanwhile may have closed a gap, and there may be no other one.
  if (round !== state.block?.round) recheckGaps(run)
  else runChecks(run)
}

/** Does with a transaction what its result says; whether it is one more than before. */
function takeResult(
  run: PoolRun,
  check: PendingCheck,
  { error, meta }: CheckTxResult,
  upon: CheckedUpon,
): boolean {
  const { state } = run
  const { input, key, ticket } = check
  // It may have come before the block that says how large a batch may be.
  const isGood = error.code === 0 && !isTooLarge(run, input)
  if (!isGood) {
    // It may be good another time.
    state.seen = withoutSeen(state.seen, key)
    dropRechecked(run, key)
    if (error.code === 0) refuse(run, ticket, 'transaction too large')
    else if (ticket !== undefined)
      emit(run, { kind: 'answer', ticket, outcome: { kind: 'refused', error } })
    return false
  }
  if (check.isDryRun) {
    accept(run, ticket)
    return false
  }
  return enqueue(run, check, meta, upon)
}

function enqueue(
  run: PoolRun,
  check: PendingCheck,
  meta: CheckTxMetadata | undefined,
  { round, stateSeqs }: CheckedUpon,
): boolean {
  const { state } = run
  const { key, origin, ticket } = check
  const known = entryOf(state.main.byKey, key)
  // What was used meanwhile does not come back.
  if (origin === 'recheck' && known === undefined) return false
  dropRechecked(run, key)
  const { sender = EMPTY_BYTES, priority = 0n, senderSeq: seq = 0n } = meta ?? {}
  const { senderStateSeq = 0n } = meta ?? {}
  const name = sender.length === 0 ? `only ${key}` : nameOf(sender)
  const stateSeq = stateSeqs.get(name) ?? senderStateSeq
  stateSeqs.set(name, stateSeq)
  if (known === undefined) state.lastArrival++
  const arrival = known?.arrival ?? state.lastArrival
  const { input, hash } = check
  const tx: PoolTransaction = { input, hash, key, sender: name, seq, priority, arrival }
  const { countMax } = state.config
  const { queue, added } = withTransaction(state.main, tx, { stateSeq, round, countMax })
  state.main = queue
  if (added.kind === 'refused') {
    refuse(run, ticket, added.why)
    return false
  }
  accept(run, ticket)
  if (origin === 'recheck') return false
  if (origin === 'local') {
    notePublished(run, key, undefined)
    publishSoon(run, tx)
  } else publishAgain(run, key)
  return true
}

function nameOf(sender: Uint8Array): string {
  return sender.length <= SENDER_SIZE_MAX ? toHex(sender) : `hash ${toHex(hashOfBytes(sender))}`
}

function accept(run: PoolRun, ticket: number | undefined): void {
  if (ticket === undefined) return
  emit(run, { kind: 'answer', ticket, outcome: { kind: 'accepted' } })
}

/** Takes out what is in the pool: it goes in again as what it is now, or not at all. */
function dropRechecked({ state }: PoolRun, key: string): void {
  const known = entryOf(state.main.byKey, key)
  if (known !== undefined) state.main = withoutTransaction(state.main, known)
}

/**
 * Has all that waits checked again. It stays where it is until the result is there; the reference
 * empties its queue meanwhile.
 */
export function recheck(run: PoolRun): void {
  const { state } = run
  if (state.block !== undefined) state.lastRecheckRound = state.block.round
  for (const tx of transactionsOf(state.main)) {
    if (isCheckQueueFull(run)) break
    checkAgain(run, tx)
  }
  runChecks(run)
}

/**
 * What a gap keeps from being scheduled may be next: others have executed what we never had. The
 * reference finds out when it checks everything again, some rounds later.
 */
export function recheckGaps(run: PoolRun): void {
  let count = 0
  for (const tx of transactionsAfterGaps(run.state.main)) {
    if (count >= run.state.config.checkBatchMax || isCheckQueueFull(run)) break
    checkAgain(run, tx)
    count++
  }
  runChecks(run)
}

const isCheckQueueFull = ({ state: { pending, config } }: PoolRun) =>
  pending.byPlace.size >= checkCountMax(config)

function checkAgain({ state }: PoolRun, { input, hash, key }: PoolTransaction): void {
  if (isQueued(state.pending, key)) return
  const check = { input, hash, key, ticket: undefined, isDryRun: false }
  state.pending = withCheck(state.pending, { ...check, origin: 'recheck' })
}
