import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { bodyOfEvent } from '@wadi/consensus/events'
import { bodyOfMethod } from '@wadi/consensus/methods'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import '../src/coverage.ts'
import { blockOfRecord, bytesOfBase64, type RecordedBlock } from '../src/records.ts'
import { listChains, readNdjson } from '../src/vectors.ts'

/** An event of a block's results: its attributes are pairs of texts. */
interface RecordedEvent {
  readonly type: string
  readonly attrs: readonly (readonly [key: string, value: string])[]
}

type BlockWithEvents = Omit<RecordedBlock, 'tx_results'> & {
  readonly begin_events?: readonly RecordedEvent[] | null
  readonly end_events?: readonly RecordedEvent[] | null
  readonly tx_results?: readonly { readonly events?: readonly RecordedEvent[] | null }[] | null
}

function eventsOf(block: BlockWithEvents): readonly RecordedEvent[] {
  const ofTransactions = block.tx_results?.flatMap(({ events }) => events ?? []) ?? []
  return [...(block.begin_events ?? []), ...ofTransactions, ...(block.end_events ?? [])]
}

describe('bodies of transactions', () => {
  for (const chain of listChains()) {
    it(`${chain}: every envelope, transaction and body has the same bytes again`, () => {
      let count = 0
      for (const block of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)) {
        for (const bytes of blockOfRecord(block).transactions) {
          const signed = decode(SignedTransaction, bytes)
          assert.equal(toHex(encode(SignedTransaction, signed)), toHex(bytes))
          const transaction = decode(Transaction, signed.untrustedRawValue)
          const inner = encode(Transaction, transaction)
          assert.equal(toHex(inner), toHex(signed.untrustedRawValue ?? new Uint8Array(0)))
          const body = bodyOfMethod(transaction.method)
          if (body === undefined) {
            assert.equal(transaction.method, 'registry.DeregisterEntity')
            continue
          }
          const again = encode(body, decode(body, transaction.body))
          assert.equal(toHex(again), toHex(transaction.body), transaction.method)
          count++
        }
      }
      assert.notEqual(count, 0)
    })
  }
})

/** Attributes that are no bodies: an epoch's mark, and the runtime of an event of roothash. */
const PLAIN_ATTRIBUTES = new Set(['node_list_epoch', 'runtime_id'])

describe('bodies of events', () => {
  for (const chain of listChains()) {
    it(`${chain}: every event has a body, and the same bytes again`, () => {
      let count = 0
      for (const block of readNdjson<BlockWithEvents>(`chains/${chain}/blocks.ndjson.gz`)) {
        for (const { type, attrs } of eventsOf(block)) {
          for (const [kind, value] of attrs) {
            if (PLAIN_ATTRIBUTES.has(kind)) continue
            const body = bodyOfEvent(type, kind)
            assert.ok(body, `${type} ${kind}`)
            const bytes = bytesOfBase64(value)
            assert.equal(toHex(encode(body, decode(body, bytes))), toHex(bytes), kind)
            count++
          }
        }
      }
      assert.notEqual(count, 0)
    })
  }
})
