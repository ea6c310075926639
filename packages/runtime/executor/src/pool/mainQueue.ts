/**
 * Transactions that wait to be scheduled: of each sender in the order of its sequence, among
 * senders by priority, and where that is equal by arrival.
 */

import {
  EMPTY_HASH_MAP,
  entryOf,
  type HashMap,
  withEntry,
  withoutEntry,
} from '../persistent/hashMap.ts'
import {
  compareNumbers,
  compareTexts,
  emptyMap,
  firstOf,
  lastOf,
  type SortedMap,
  valueAt,
  valuesOf,
  withoutKey,
  withValue,
} from '../persistent/sortedMap.ts'
import type { PoolTransaction } from './transaction.ts'

/** What is scheduled next comes first. */
export type ByPriority = SortedMap<PoolTransaction, PoolTransaction>

/** The transactions of a sender. */
interface SenderQueue {
  /** The sequence that comes next, as far as we know. */
  readonly seq: bigint
  /** The last round when one of them was used: the state of that round may not know of it. */
  readonly usedIn: bigint | undefined
  readonly txs: SortedMap<bigint, PoolTransaction>
  /** Which of them is in `ready`, and which in the session's. */
  readonly ready: PoolTransaction | undefined
  readonly readyInSession: PoolTransaction | undefined
}

/** What a batch can hold, and how much of what may not fit the runtime is given. */
export interface BatchRoom {
  /** Transactions and bytes that others accept. */
  readonly count: number
  readonly bytes: number
  /** So many transactions are given even if they do not fit: the runtime does not take all. */
  readonly atLeast: number
  /** More are not given even if they fit. */
  readonly atMost: number
}

/** A batch that is being made: the runtime asks for more, and gets nothing twice. */
interface Session {
  /** How many transactions the runtime was given, and how many bytes they have. */
  readonly count: number
  readonly bytes: number
  readonly room: BatchRoom
  /** What could be scheduled when it began, and what can be now. */
  readonly readyAtFirst: ByPriority
  readonly ready: ByPriority
  /** The last transaction of each sender that is in the batch. */
  readonly scheduled: SortedMap<string, PoolTransaction>
}

export interface MainQueue {
  readonly byKey: HashMap<PoolTransaction>
  readonly bySender: SortedMap<string, SenderQueue>
  readonly all: ByPriority
  readonly sizeBytes: number
  /** Of each sender the transaction that can be scheduled first. */
  readonly ready: ByPriority
  readonly session: Session
}

/** What became of a transaction that was added. */
export type Added =
  | { readonly kind: 'added'; readonly evicted: PoolTransaction | undefined }
  | { readonly kind: 'replaced'; readonly replaced: PoolTransaction }
  | { readonly kind: 'refused'; readonly why: RefusedWhy }

/** In the words of the reference. */
export type RefusedWhy =
  | 'transaction expired'
  | 'replacement transaction underpriced'
  | 'transaction underpriced'

function comparePriorities(a: PoolTransaction, b: PoolTransaction): number {
  if (a.priority !== b.priority) return compareNumbers(b.priority, a.priority)
  return compareNumbers(a.arrival, b.arrival)
}

const NO_TRANSACTIONS: ByPriority = emptyMap(comparePriorities)

export const EMPTY_QUEUE: MainQueue = {
  byKey: EMPTY_HASH_MAP,
  bySender: emptyMap(compareTexts),
  all: NO_TRANSACTIONS,
  sizeBytes: 0,
  ready: NO_TRANSACTIONS,
  session: {
    count: 0,
    bytes: 0,
    room: { count: 0, bytes: 0, atLeast: 0, atMost: 0 },
    readyAtFirst: NO_TRANSACTIONS,
    ready: NO_TRANSACTIONS,
    scheduled: emptyMap(compareTexts),
  },
}

/** The next sequence of a sender, in the state of a round. */
export interface SequenceInState {
  readonly stateSeq: bigint
  readonly round: bigint
}

/**
 * Adds a transaction of a sender whose next sequence is known now. When there are too many, the
 * one of the lowest priority goes.
 */
export function withTransaction(
  given: MainQueue,
  tx: PoolTransaction,
  { countMax, ...inState }: SequenceInState & { readonly countMax: number },
): { readonly queue: MainQueue; readonly added: Added } {
  const { stateSeq } = inState
  const queue = withSequence(given, tx.sender, inState)
  const known = valueAt(queue.bySender, tx.sender)
  if (tx.seq < (known?.seq ?? stateSeq)) return refused(queue, 'transaction expired')
  const replaced = known && valueAt(known.txs, tx.seq)
  if (replaced !== undefined) {
    if (replaced.priority >= tx.priority) {
      return refused(queue, 'replacement transaction underpriced')
    }
    const changed = inserted(without(queue, replaced), tx, stateSeq)
    return { queue: changed, added: { kind: 'replaced', replaced } }
  }
  const longer = inserted(queue, tx, stateSeq)
  if (longer.byKey.size <= countMax) {
    return { queue: longer, added: { kind: 'added', evicted: undefined } }
  }
  const [evicted] = lastOf(longer.all)!
  const bounded = withoutTransaction(longer, evicted)
  if (evicted === tx) return refused(bounded, 'transaction underpriced')
  return { queue: bounded, added: { kind: 'added', evicted } }
}

function refused(queue: MainQueue, why: RefusedWhy) {
  return { queue, added: { kind: 'refused', why } } as const
}

/** The queue without a transaction that is in it. */
export function withoutTransaction(queue: MainQueue, tx: PoolTransaction): MainQueue {
  const sender = valueAt(queue.bySender, tx.sender)
  if (sender === undefined) return queue
  return withSender(without(queue, tx), tx.sender, {
    ...sender,
    txs: withoutKey(sender.txs, tx.seq),
  })
}

/** A transaction was executed, as is known since a round: all of its sender up to it are over. */
export function withoutUsed(queue: MainQueue, key: string, round: bigint): MainQueue {
  const tx = entryOf(queue.byKey, key)
  const sender = tx && valueAt(queue.bySender, tx.sender)
  if (tx === undefined || sender === undefined) return queue
  const rest = { ...sender, usedIn: round, txs: withoutKey(sender.txs, tx.seq) }
  return forwardedSender(without(queue, tx), tx.sender, rest, tx.seq + 1n)
}

/** The transactions of all senders, each one's in order. */
export function* transactionsOf(queue: MainQueue): Generator<PoolTransaction> {
  for (const { txs } of valuesOf(queue.bySender)) yield* valuesOf(txs)
}

/** Of each sender whose next transaction is not here, the one that comes after the gap. */
export function* transactionsAfterGaps({ bySender }: MainQueue): Generator<PoolTransaction> {
  for (const { ready, txs } of valuesOf(bySender)) {
    const first = firstOf(txs)
    if (ready === undefined && first !== undefined) yield first[1]
  }
}

/** The queue at the beginning of a batch with so much room. */
export function withNewSession(queue: MainQueue, room: BatchRoom): MainQueue {
  const { ready, session } = queue
  let { bySender } = queue
  // Only of senders with something in the last batch do the two differ.
  for (const { sender } of valuesOf(session.scheduled)) {
    const known = valueAt(bySender, sender)
    if (known === undefined) continue
    bySender = withValue(bySender, sender, { ...known, readyInSession: known.ready })
  }
  return {
    ...queue,
    bySender,
    session: { ...EMPTY_QUEUE.session, room, readyAtFirst: ready, ready },
  }
}

/** The transaction that the batch does not get for want of room. */
export function keptBack({ session }: MainQueue): PoolTransaction | undefined {
  const next = firstOf(session.ready)
  return next === undefined || mayBeGiven(session, next[0]) ? undefined : next[0]
}

function mayBeGiven({ count, bytes, room }: Session, { input }: PoolTransaction): boolean {
  if (count >= room.atMost) return false
  return count < room.atLeast || (count < room.count && bytes + input.length <= room.bytes)
}

/**
 * Takes the next transaction of the batch; nothing, if none can be scheduled, or if there is no
 * room for it. What comes after it is not tried: it is the first of the next batch.
 */
export function withNextScheduled(
  queue: MainQueue,
): { readonly queue: MainQueue; readonly tx: PoolTransaction } | undefined {
  const next = firstOf(queue.session.ready)
  if (next === undefined) return undefined
  const [tx] = next
  const { session } = queue
  if (!mayBeGiven(session, tx)) return undefined
  const count = session.count + 1
  const bytes = session.bytes + tx.input.length
  const scheduled = withValue(session.scheduled, tx.sender, tx)
  const marked = { ...queue, session: { ...session, count, bytes, scheduled } }
  const sender = valueAt(queue.bySender, tx.sender)
  if (sender === undefined) return undefined
  return { queue: withSender(marked, tx.sender, sender), tx }
}

/** The sender's next sequence as a state has it, unless we know of what came after that. */
function withSequence(
  queue: MainQueue,
  name: string,
  { stateSeq, round }: SequenceInState,
): MainQueue {
  const sender = valueAt(queue.bySender, name)
  if (sender === undefined || stateSeq === sender.seq) return queue
  if (stateSeq > sender.seq) return forwardedSender(queue, name, sender, stateSeq)
  if (sender.usedIn !== undefined && round <= sender.usedIn) return queue
  return withSender(queue, name, { ...sender, seq: stateSeq })
}

function forwardedSender(
  given: MainQueue,
  name: string,
  sender: SenderQueue,
  seq: bigint,
): MainQueue {
  let queue = given
  let { txs } = sender
  for (let first = firstOf(txs); first !== undefined && first[0] < seq; first = firstOf(txs)) {
    const [at, tx] = first
    txs = withoutKey(txs, at)
    queue = without(queue, tx)
  }
  const next = seq > sender.seq ? seq : sender.seq
  return withSender(queue, name, { ...sender, seq: next, txs })
}

/** The queue without a transaction, of which the sender's part is not told. */
function without(queue: MainQueue, tx: PoolTransaction): MainQueue {
  return {
    ...queue,
    byKey: withoutEntry(queue.byKey, tx.key),
    all: withoutKey(queue.all, tx),
    sizeBytes: queue.sizeBytes - tx.input.length,
  }
}

function inserted(queue: MainQueue, tx: PoolTransaction, seq: bigint): MainQueue {
  const sender: SenderQueue = valueAt(queue.bySender, tx.sender) ?? {
    seq,
    usedIn: undefined,
    txs: emptyMap(compareNumbers),
    ready: undefined,
    readyInSession: undefined,
  }
  const longer = {
    ...queue,
    byKey: withEntry(queue.byKey, tx.key, tx),
    all: withValue(queue.all, tx, tx),
    sizeBytes: queue.sizeBytes + tx.input.length,
  }
  return withSender(longer, tx.sender, { ...sender, txs: withValue(sender.txs, tx.seq, tx) })
}

/** Notes what has changed of a sender, and what of it can be scheduled now. */
function withSender(queue: MainQueue, name: string, sender: SenderQueue): MainQueue {
  const { session } = queue
  const last = valueAt(session.scheduled, name)
  const ready = valueAt(sender.txs, sender.seq)
  const readyInSession = last === undefined ? ready : valueAt(sender.txs, last.seq + 1n)
  const changed: SenderQueue = { ...sender, ready, readyInSession }
  const isEmpty = sender.txs.size === 0
  return {
    ...queue,
    bySender: isEmpty ? withoutKey(queue.bySender, name) : withValue(queue.bySender, name, changed),
    ready: exchanged(queue.ready, sender.ready, ready),
    session: {
      ...session,
      ready: exchanged(session.ready, sender.readyInSession, readyInSession),
    },
  }
}

function exchanged(
  set: ByPriority,
  before: PoolTransaction | undefined,
  after: PoolTransaction | undefined,
): ByPriority {
  if (before === after) return set
  const without = before === undefined ? set : withoutKey(set, before)
  return after === undefined ? without : withValue(without, after, after)
}
