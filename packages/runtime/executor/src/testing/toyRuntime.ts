/** A runtime for tests: who sends what in which order, and what was written where. */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { CodedError, definePlainErrors } from '@wadi/base/errors'
import { make, zero } from '@wadi/cbor/codec'
import { TransactionError } from '@wadi/consensus/consensus/api'
import { Message, StakingMessage } from '@wadi/consensus/roothash/messages'
import { Withdraw } from '@wadi/consensus/staking/methods'
import type { ReadableState, State } from '@wadi/mkvs/state'
import type { Hash } from '@wadi/primitives/hash'
import { CheckTxMetadata, type CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import type { Batch, BatchOutcome, ExecutedTransaction } from '@wadi/runtime-protocol/runtime'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'

const errors = definePlainErrors('toy', { bad: 'a transaction that is none' })

/**
 * A transaction of the toy: `sender seq priority key value`. With the key `send` it sends as many
 * messages as the value says, and with `send-nothing` one that asks for nothing. Whoever makes a
 * batch passes over one with the key `pass`: it may be good later.
 */
export interface ToyTransaction {
  readonly sender: string
  readonly seq: number
  readonly priority: number
  readonly key: string
  readonly value: string
}

/** As it is submitted. */
export function toyTransaction(tx: Partial<ToyTransaction>): Uint8Array {
  const { sender = 'alice', seq = 0, priority = 0, key = 'key', value = 'value' } = tx
  return toUtf8([sender, seq, priority, key, value].join(' '))
}

function parse(input: Uint8Array): ToyTransaction {
  const parts = parseUtf8(input).split(' ')
  if (parts.length !== 5) throw errors.bad()
  const [sender, seq, priority, key, value] = parts
  if (![seq!, priority!].every((one) => /^\d{1,15}$/.test(one))) throw errors.bad()
  return { sender: sender!, seq: Number(seq), priority: Number(priority), key: key!, value: value! }
}

const nextKey = (sender: string) => toUtf8(`next/${sender}`)

/** The sequence that comes next for a sender. */
export function nextSeq(state: ReadableState, sender: string): number {
  const value = state.get(nextKey(sender))
  return value === undefined ? 0 : Number(parseUtf8(value))
}

/** Good is what does not come too late. */
export function checkToy(state: ReadableState, input: Uint8Array): CheckTxResult {
  try {
    const { sender, seq, priority } = parse(input)
    const stateSeq = nextSeq(state, sender)
    if (seq < stateSeq) return failed('too late')
    const meta = make(CheckTxMetadata, {
      sender: toUtf8(sender),
      senderSeq: BigInt(seq),
      senderStateSeq: BigInt(stateSeq),
      priority: BigInt(priority),
    })
    return { error: make(TransactionError, {}), meta }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return failed('malformed')
  }
}

function failed(message: string): CheckTxResult {
  return { error: { module: 'toy', code: 1, message }, meta: undefined }
}

/** How many transactions the toy asks for at once. */
export const TOY_ASKED_COUNT = 50

/** More transactions for the batch that is made, if there are any. */
export type AskMore = (limit: number) => readonly Uint8Array[]

/**
 * When a batch is made, what is out of order is left out; in a given batch it fails the batch. As
 * ParaTimes do, it asks for more when it was given all that it had asked for.
 */
export function executeToy(
  state: State,
  { mode, inputs, inMessages }: Batch,
  askMore: AskMore = () => [],
): BatchOutcome {
  const transactions: ExecutedTransaction[] = []
  const messages: Message[] = []
  const rejected: Hash[] = []
  const tryOne = (input: Uint8Array) => {
    try {
      if (mode === 'schedule' && parse(input).key === 'pass') return
      transactions.push(executeOne(state, input))
      messages.push(...messagesOf(parse(input)))
    } catch (error) {
      if (mode === 'execute' || !(error instanceof CodedError)) throw error
      rejected.push(hashOfTransaction(input))
    }
  }
  let offered = inputs
  offered.forEach(tryOne)
  while (mode === 'schedule' && offered.length >= TOY_ASKED_COUNT) {
    offered = askMore(TOY_ASKED_COUNT)
    offered.forEach(tryOne)
  }
  state.insert(toUtf8('rounds'), toUtf8(`${Number(countOf(state)) + 1}`))
  return {
    transactions,
    blockTags: [],
    messages,
    inMessagesCount: inMessages.length,
    rejected,
  }
}

function countOf(state: ReadableState): string {
  const value = state.get(toUtf8('rounds'))
  return value === undefined ? '0' : parseUtf8(value)
}

function messagesOf({ key, value }: ToyTransaction): readonly Message[] {
  if (key === 'send-nothing') return [make(Message, {})]
  if (key !== 'send') return []
  const staking = make(StakingMessage, { withdraw: zero(Withdraw) })
  return Array.from({ length: Number(value) }, () => make(Message, { staking }))
}

function executeOne(state: State, input: Uint8Array): ExecutedTransaction {
  const { sender, seq, key, value } = parse(input)
  if (seq !== nextSeq(state, sender)) throw errors.bad('out of order')
  state.insert(nextKey(sender), toUtf8(`${seq + 1}`))
  const before = state.get(toUtf8(`at/${key}`)) ?? new Uint8Array(0)
  state.insert(toUtf8(`at/${key}`), toUtf8(value))
  return { input, output: before, tags: [] }
}
