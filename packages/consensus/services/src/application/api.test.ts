import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { encode, make, zero } from '@wadi/cbor/codec'
import { Parameters } from '@wadi/consensus/consensus'
import type { BlockResults, TransactionsWithResults } from '@wadi/consensus/consensus/api'
import * as keys from '@wadi/consensus/consensus/keys'
import { VoteEvent } from '@wadi/consensus/governance/events'
import { NodeUnfrozenEvent } from '@wadi/consensus/registry/events'
import { FinalizedEvent } from '@wadi/consensus/roothash/events'
import { BurnEvent } from '@wadi/consensus/staking/events'
import type { ProofResponse } from '@wadi/mkvs/syncer'
import { verifyProof } from '@wadi/mkvs/verifyProof'
import { hashOfBytes } from '@wadi/primitives/hash'
import { dataHashOf, verifyTransactionProof } from '@wadi/tendermint/transactionProof'
import type { ExecutedTransaction } from '../kernel/api.ts'
import type { BlockEvent, EventType } from '../kernel/events.ts'
import { write } from '../kernel/state.ts'
import { RUNTIME_ID } from '../roothash/testing/testRuntime.ts'
import { testTree } from '../testing/testContext.ts'
import { ask, QUIET_BLOCK, testView } from '../testing/testView.ts'

function told(type: EventType, ...pairs: readonly (readonly [string, Uint8Array])[]): BlockEvent {
  return { type, attributes: pairs.map(([key, value]) => ({ key, value })) }
}

const RAW = Uint8Array.of(1, 2, 3)
const FAILED: ExecutedTransaction = {
  raw: Uint8Array.of(4),
  code: 3,
  codespace: 'staking',
  data: undefined,
  log: 'staking: insufficient balance',
  gasWanted: 10n,
  gasUsed: 5n,
  events: [],
}
/** Of every service that transactions are asked about, and of one more; not in their order. */
const EVENTS = [
  told('oasis_event_400_vault', ['authority_updated', Uint8Array.of(0xa0)]),
  told('oasis_event_300_governance', ['vote', encode(VoteEvent, zero(VoteEvent))]),
  told(
    'oasis_event_999_roothash',
    ['finalized', encode(FinalizedEvent, zero(FinalizedEvent))],
    ['runtime_id', RUNTIME_ID],
  ),
  told('oasis_event_200_registry', ['node_list_epoch', toUtf8('1')]),
  told('oasis_event_200_registry', [
    'node_unfrozen',
    encode(NodeUnfrozenEvent, zero(NodeUnfrozenEvent)),
  ]),
  told('oasis_event_100_staking', ['burn', encode(BurnEvent, zero(BurnEvent))]),
]
const DONE: ExecutedTransaction = {
  ...FAILED,
  raw: RAW,
  code: 0,
  codespace: '',
  data: Uint8Array.of(0xf6),
  log: '',
  events: EVENTS,
}
const BLOCK = { ...QUIET_BLOCK, transactions: [DONE, FAILED] }

describe('the consensus layer, asked for transactions', () => {
  const view = testView(testTree(), { block: BLOCK })

  it('tells what became of each, with the events of four services, service by service', () => {
    const answer = ask(view, 'Consensus/GetTransactionsWithResults', 10n)
    const { transactions, results } = answer as TransactionsWithResults
    assert.deepEqual(transactions, [RAW, FAILED.raw])
    const [done, failed] = results
    const services = done!.events.map((event) =>
      Object.entries(event).find(([, value]) => value !== undefined),
    )
    assert.deepEqual(
      services.map((entry) => entry![0]),
      ['staking', 'registry', 'roothash', 'governance'],
    )
    for (const entry of services) {
      const { height, txHash } = entry![1] as { height: bigint; txHash: Uint8Array }
      assert.deepEqual({ height, txHash }, { height: 10n, txHash: hashOfBytes(RAW) })
    }
    assert.deepEqual(done!.error, { module: '', code: 0, message: '' })
    const error = { module: 'staking', code: 3, message: 'staking: insufficient balance' }
    assert.deepEqual(failed, { error, events: [], gasUsed: 5n })
  })

  it('puts the height that was asked for into their events, even if it is zero', () => {
    const answer = ask(view, 'Consensus/GetTransactionsWithResults', 0n)
    const [done] = (answer as TransactionsWithResults).results
    assert.equal(done!.events[0]!.staking!.height, 0n)
  })

  it('proves that they are in the block', () => {
    const answer = ask(view, 'Consensus/GetTransactionsWithProofs', 0n)
    const { transactions, proofs } = answer as Record<string, readonly Uint8Array[]>
    assert.deepEqual(transactions, ask(view, 'Consensus/GetTransactions', 0n))
    const root = dataHashOf(transactions!)
    for (const [i, proof] of proofs!.entries())
      verifyTransactionProof(proof, root, transactions![i]!)
  })

  it('tells results as CometBFT has them: bodies in base64, but for one text', () => {
    const { height, meta } = ask(view, 'Consensus/GetBlockResults', 0n) as BlockResults
    assert.equal(height, 10n)
    const [done, failed] = meta.txsResults
    assert.deepEqual(done!.events[0]!.attributes, [{ key: 'authority_updated', value: 'oA==' }])
    assert.deepEqual(done!.events[3]!.attributes, [{ key: 'node_list_epoch', value: '1' }])
    assert.equal(failed!.data.length, 0)
    assert.equal(failed!.codespace, 'staking')
  })
})

describe('the consensus layer, asked for parameters', () => {
  const tree = testTree()
  const parameters = make(Parameters, { minGasPrice: 7n })
  write(tree, keys.parameters, [], parameters)
  const view = testView(tree, { tree, firstHeight: 4n })

  it('tells those of the state beside those of CometBFT', () => {
    const meta = Uint8Array.of(1)
    assert.deepEqual(ask(view, 'Consensus/GetParameters', 0n), { height: 10n, parameters, meta })
    assert.equal(ask(view, 'Consensus/MinGasPrice'), 7n)
  })

  it('tells what is kept, and where the chain began', () => {
    assert.equal(ask(view, 'Consensus/GetLatestHeight'), 10n)
    assert.equal(ask(view, 'Consensus/GetLastRetainedHeight'), 4n)
    assert.equal(ask(view, 'Consensus/GetChainContext'), view.chainContext)
    assert.equal(ask(view, 'Consensus/GetGenesisDocument'), view.genesis)
  })

  it('proves parts of the state to those who read it from afar', () => {
    const { root } = tree.commit({ version: 10n, baseAddress: 1 })
    const where = { tree: { root, position: root.hash }, proofVersion: 0 }
    const key = keys.parameters.keys.encode()
    const proofs = [
      ask(view, 'Consensus/StateSyncGet', { ...where, key, includeSiblings: false }),
      ask(view, 'Consensus/StateSyncGetPrefixes', { ...where, prefixes: [key], limit: 5 }),
      ask(view, 'Consensus/StateSyncIterate', { ...where, key, prefetch: 1 }),
    ]
    for (const answer of proofs)
      verifyProof(root.hash, (answer as (typeof ProofResponse)['zero']).proof)
    const other = { ...where, tree: { root: { ...root, version: 9n }, position: root.hash } }
    assert.throws(() => ask(view, 'Consensus/StateSyncIterate', { ...other, key, prefetch: 1 }), {
      reason: 'mkvs.rootMismatch',
    })
  })
})
