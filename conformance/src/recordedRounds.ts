/** Rounds of a recorded chain's runtimes: what they began with, and who committed to what when. */

import assert from 'node:assert/strict'
import { toHex } from '@wadi/base/bytes'
import { decode, decodeRpc, make } from '@wadi/cbor/codec'
import { RoundResults, RuntimeState } from '@wadi/consensus/roothash'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { ExecutionDiscrepancyEvent } from '@wadi/consensus/roothash/events'
import { IncomingMessage } from '@wadi/consensus/roothash/messages'
import { ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { RoundBase } from '@wadi/runtime-executor/round/base'
import { blockOfRecord, bytesOfBase64, type RecordedBlock } from './records.ts'
import { readNdjson } from './vectors.ts'

/** What happened in a round, in order. */
export type RoundEvent =
  | { readonly kind: 'commitment'; readonly commitment: ExecutorCommitment }
  | { readonly kind: 'discrepancy'; readonly rank: bigint; readonly isTimeout: boolean }

/** A round in which somebody committed to something. */
export interface PlayedRound {
  readonly base: RoundBase
  readonly events: RoundEvent[]
}

const PREFIX = { state: '20', results: '27', incoming: '29' } as const
const ROOTHASH_EVENT = 'oasis_event_999_roothash'

/** The rounds of all runtimes, in the order in which they began. */
export function playedRounds(chain: string): readonly PlayedRound[] {
  const state = new Map<string, Uint8Array>()
  const rounds = new Map<string, PlayedRound>()
  for (const block of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)) {
    for (const { id, commits = [] } of committedIn(block)) {
      for (const commitment of commits) {
        const round = roundOf(rounds, state, id, block)
        if (commitment.header.header.round !== round.base.header.round + 1n) continue
        round.events.push({ kind: 'commitment', commitment })
      }
    }
    for (const { id, rank, timeout } of discrepanciesOf(block)) {
      const event = { kind: 'discrepancy', rank, isTimeout: timeout } as const
      roundOf(rounds, state, id, block).events.push(event)
    }
    for (const [key, value] of block.state_diff ?? []) {
      const name = toHex(bytesOfBase64(key))
      if (value === null) state.delete(name)
      else if (isKept(name)) state.set(name, bytesOfBase64(value))
    }
  }
  return [...rounds.values()]
}

const isKept = (name: string) => Object.values(PREFIX).some((prefix) => name.startsWith(prefix))

/** The transactions with commitments that were good. */
function* committedIn(record: RecordedBlock): Generator<ExecutorCommit> {
  const { transactions } = blockOfRecord(record)
  for (const [i, bytes] of transactions.entries()) {
    if ((record.tx_results?.[i]?.code ?? 0) !== 0) continue
    const { untrustedRawValue } = decode(SignedTransaction, bytes)
    const { method, body } = decode(Transaction, untrustedRawValue)
    if (method === 'roothash.ExecutorCommit') yield decode(ExecutorCommit, body)
  }
}

function* discrepanciesOf({ end_events }: RecordedBlock) {
  for (const { type, attrs } of end_events ?? []) {
    const [first, second] = attrs
    if (type !== ROOTHASH_EVENT || first?.[0] !== 'execution_discrepancy') continue
    const id = bytesOfBase64(second![1])
    yield { id, ...decode(ExecutionDiscrepancyEvent, bytesOfBase64(first[1])) }
  }
}

/** The round that is under way before a block. */
function roundOf(
  rounds: Map<string, PlayedRound>,
  state: ReadonlyMap<string, Uint8Array>,
  id: Uint8Array,
  { height }: RecordedBlock,
): PlayedRound {
  const [key, base] = baseOf(state, id, height)
  const name = `${key} ${base.header.round}`
  const round = rounds.get(name) ?? { base, events: [] }
  rounds.set(name, round)
  return round
}

function baseOf(
  state: ReadonlyMap<string, Uint8Array>,
  id: Uint8Array,
  height: string,
): readonly [string, RoundBase] {
  for (const [key, value] of state) {
    if (!key.startsWith(PREFIX.state)) continue
    const found = decode(RuntimeState, value)
    const { runtime, lastBlock, genesisBlock } = found
    if (runtime === undefined || toHex(runtime.id) !== toHex(id)) continue
    const hashed = key.slice(PREFIX.state.length)
    const results = state.get(`${PREFIX.results}${hashed}`)
    const incoming = [...state].filter(([name]) => name.startsWith(`${PREFIX.incoming}${hashed}`))
    const base: RoundBase = {
      header: lastBlock!.header,
      consensusHeight: BigInt(height),
      runtime,
      committee: found.committee,
      nodes: [],
      genesisRound: genesisBlock!.header.round,
      lastNormalRound: found.lastNormalRound,
      roundResults: results === undefined ? make(RoundResults, {}) : decode(RoundResults, results),
      inMessages: incoming
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, message]) => decodeRpc(IncomingMessage, message)),
    }
    return [hashed, base]
  }
  assert.fail(`no runtime ${toHex(id)} at height ${height}`)
}
