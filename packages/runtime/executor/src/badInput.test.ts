import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import type { Header } from '@wadi/consensus/roothash/block'
import { ExecutorCommitment, ProposalHeader } from '@wadi/consensus/roothash/commitments'
import { EMPTY_HASH, hashOfBytes } from '@wadi/primitives/hash'
import { hostileBytes, tryHostile } from '@wadi/runtime-protocol/arbitrary/hostile-bytes'
import { ComputedBatch, ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import { CommitteeMessage } from '@wadi/runtime-protocol/peers/gossip'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import fc from 'fast-check'
import { TRANSACTION_SIZE_MAX } from './limits.ts'
import { admitProposal } from './round/admitProposal.ts'
import { whyNoResult } from './round/checkResult.ts'
import type { SyncInput } from './sync/input.ts'
import { startSync, stepSync } from './sync/step.ts'
import type { SyncState } from './sync/syncState.ts'
import { RUNTIME_ID } from './testing/testNetwork.ts'
import {
  BY_RANK,
  firstBase,
  honestCommitment,
  MEMBERS,
  proposalOf,
  TestRound,
} from './testing/testRound.ts'
import { toyTransaction } from './testing/toyRuntime.ts'

const [PRIMARY, SECOND, THIRD] = BY_RANK
const base = firstBase()
const inputs = [toyTransaction({}), toyTransaction({ sender: 'bob', value: 'other' })]
const good = proposalOf(PRIMARY, inputs, { base })
const author = MEMBERS[1]!.node.p2p.id

describe('Bad input: proposals', () => {
  const message = encode(CommitteeMessage, { epoch: 1n, proposal: good })

  it('of any bytes are not let in, or have the header that their scheduler signed', () => {
    const node = new TestRound(THIRD)
    const { state } = node
    const header = encode(ProposalHeader, good.header)
    let admitted = 0
    const check = (bytes: Uint8Array) => {
      const { epoch, proposal } = decode(CommitteeMessage, bytes)
      if (proposal === undefined) return
      const admission = admitProposal(node.state.round, author, { epoch, proposal })
      if (admission.verdict !== 'accept') return
      admitted++
      assert.ok(equalBytes(encode(ProposalHeader, proposal.header), header), 'nobody signed that')
      assert.equal(admission.input.rank, 0n)
    }
    check(message)
    assert.equal(admitted, 1)
    tryHostile([message], check)
    assert.equal(node.state, state)
  })

  it('that were signed, and whose list is another one, are never committed to', () => {
    const hash = hashOfBytes(toUtf8('nothing'))
    const first = hashOfTransaction(inputs[0]!)
    const lists = fc.array(fc.constantFrom(hash, first, good.batch[1]!, EMPTY_HASH), {
      maxLength: 6,
    })
    const check = (batch: readonly (typeof hash)[]) => {
      const isRight = batch.length === 2 && batch.every((one, i) => equalBytes(one, good.batch[i]!))
      const node = new TestRound(THIRD).submit(...inputs).receive({ ...good, batch })
      node.round({ kind: 'fetched', round: 1n, inputs: [...inputs, toUtf8('nothing')] })
      assert.equal(node.all('execute').length, isRight ? 1 : 0)
      assert.deepEqual(node.all('commit'), [])
    }
    fc.assert(fc.property(lists, check), { numRuns: 60 })
    check(good.batch)
  })

  it('that others pass on with another list do no harm, as soon as the scheduler is heard itself', () => {
    const hash = hashOfBytes(toUtf8('nothing'))
    const relay = MEMBERS[1]!.node.p2p.id
    const limited = firstBase({ maxBatchSize: 2n })
    const ours = proposalOf(PRIMARY, inputs, { base: limited })
    const lists = [[], [hash], [hash, ...ours.batch], ours.batch.toReversed(), [ours.batch[0]!]]
    for (const batch of lists) {
      const bad = { ...ours, batch }
      const after = new TestRound(THIRD, limited).submit(...inputs).receive(bad, relay)
      assert.deepEqual(after.all('execute'), [])
      assert.deepEqual(after.all('commit'), [], 'nobody is to blame but whoever passed it on')
      after.receive(ours)
      assert.deepEqual(after.last('execute').inputs.map(toHex), inputs.map(toHex))

      const before = new TestRound(THIRD, limited).submit(...inputs).receive(ours)
      before.receive(bad, relay)
      assert.equal(before.all('execute').length, 1)
      assert.equal(before.work, 'executing')
      assert.deepEqual(
        [...after.all('report-equivocation'), ...before.all('report-equivocation')],
        [],
      )
    }
  })

  it('that others pass on as they are count at once, and are not begun again', () => {
    const node = new TestRound(THIRD).receive(good, MEMBERS[1]!.node.p2p.id)
    assert.equal(node.all('fetch-transactions').length, 1)
    node.receive(good)
    assert.equal(node.all('fetch-transactions').length, 1)
    node.round({ kind: 'fetched', round: 1n, inputs })
    assert.equal(node.all('execute').length, 1)
  })

  it('of as many transactions as allowed are executed, and of one more are answered with a failure', () => {
    const limited = firstBase({ maxBatchSize: 2n })
    const node = new TestRound(THIRD, limited).submit(...inputs)
    node.receive(proposalOf(PRIMARY, inputs, { base: limited }))
    assert.equal(node.all('execute').length, 1)
    const more = [...inputs, toyTransaction({ sender: 'eve' })]
    const other = new TestRound(THIRD, limited).submit(...more)
    other.receive(proposalOf(PRIMARY, more, { base: limited }))
    assert.deepEqual(other.all('execute'), [])
    assert.notEqual(other.last('commit').commitment.header.failure, 0)
  })
})

describe('Bad input: batches', () => {
  it('from peers are not believed: only what was asked for is taken', () => {
    const node = new TestRound(THIRD).receive(good)
    assert.equal(node.work, 'collecting')
    const any = fc.sample(hostileBytes(...inputs), { numRuns: 100, seed: 1 })
    const others = any.filter((bytes) => !inputs.some((input) => equalBytes(input, bytes)))
    const { pool } = node.state
    node.round({ kind: 'fetched', round: 1n, inputs: others })
    assert.equal(node.work, 'collecting')
    assert.deepEqual(node.all('execute'), [])
    assert.deepEqual(node.state.pool, pool)
    node.round({ kind: 'fetched', round: 7n, inputs })
    assert.equal(node.work, 'collecting')
    node.round({ kind: 'fetched', round: 1n, inputs: [...others, ...inputs] })
    assert.deepEqual(node.last('execute').inputs.map(toHex), inputs.map(toHex))
  })

  it('from runtimes, of any content, are no results unless they fit the question', () => {
    const node = new TestRound(THIRD).submit(...inputs).receive(good)
    const { state } = node
    const { id } = node.last('execute')
    const check = (response: ExecuteTxBatchResponse) => {
      node.state = state
      node.effects = []
      node.round({ kind: 'executed', id, response })
      assert.deepEqual(node.all('commit'), [])
      assert.deepEqual(node.all('apply'), [])
    }
    fc.assert(fc.property(arbitrary(ExecuteTxBatchResponse), check), { numRuns: 150 })
  })

  it('from runtimes, of any bytes, are refused with a code, or as results, or are what was said', () => {
    const node = new TestRound(THIRD).submit(...inputs).receive(good)
    const honest = node.storage.execute(node.last('execute'))!
    const bytes = encode(ExecuteTxBatchResponse, honest)
    const { previousHash } = honest.batch.header
    const check = (changed: Uint8Array) => {
      const response = decode(ExecuteTxBatchResponse, changed)
      if (whyNoResult(base, response) !== undefined) return
      const { header, messages } = response.batch
      assert.equal(header.round, 1n)
      assert.deepEqual(header.previousHash, previousHash)
      assert.deepEqual(messages, [])
      encode(ComputedBatch, response.batch)
    }
    assert.equal(whyNoResult(base, honest), undefined)
    tryHostile([bytes], check)
  })
})

describe('Bad input: commitments', () => {
  it('of any bytes in the mempool change nothing, unless their node has signed them', () => {
    const mine = honestCommitment(SECOND, PRIMARY, inputs, base)
    const bytes = encode(ExecutorCommitment, mine)
    const node = new TestRound(THIRD).submit(...inputs).receive(good)
    const { state } = node
    const check = (changed: Uint8Array) => {
      const commitment = decode(ExecutorCommitment, changed)
      node.state = state
      node.effects = []
      node.round({ kind: 'commitment', commitment, seen: 'mempool' })
      if (equalBytes(encode(ExecutorCommitment, commitment), bytes)) return
      assert.deepEqual(node.state.round.round?.witnessed, state.round.round?.witnessed)
      assert.deepEqual(node.state.round.round?.pool, state.round.round?.pool)
      assert.deepEqual(node.all('report-equivocation'), [])
    }
    check(bytes)
    tryHostile([bytes], check, 200)
  })

  it('of another round, or of whoever is not in the committee, change nothing', () => {
    const node = new TestRound(THIRD).submit(...inputs).receive(good)
    const { state } = node
    const mine = honestCommitment(SECOND, PRIMARY, inputs, base)
    const later = { ...base, header: { ...base.header, round: 1n } as Header }
    const stranger = honestCommitment(5, PRIMARY, inputs, base)
    for (const commitment of [
      honestCommitment(SECOND, PRIMARY, inputs, later),
      stranger,
      { ...stranger, nodeId: mine.nodeId },
    ]) {
      node.round({ kind: 'commitment', commitment, seen: 'mempool' })
      assert.deepEqual(node.state.round.round, state.round.round)
    }
  })
})

describe('Bad input: transactions', () => {
  const verdicts = (node: TestRound) => node.all('answer').map(({ outcome: { kind } }) => kind)

  it('of any bytes are checked by the runtime alone, and those it refuses leave nothing', () => {
    const node = new TestRound(THIRD)
    let ticket = 0
    const check = (input: Uint8Array) => {
      const { size } = node.state.pool.main.byKey
      node.effects = []
      node.pool({ kind: 'submit', input, origin: 'remote', ticket: ticket++ })
      const [verdict] = verdicts(node)
      const isTaken = verdict === 'accepted'
      // Of one sender and number there is one.
      const added = node.state.pool.main.byKey.size - size
      assert.ok(isTaken ? added === 0 || added === 1 : added === 0)
      assert.equal(node.state.pool.pending.byPlace.size, 0)
      assert.equal(node.state.pool.running, undefined)
    }
    fc.assert(fc.property(hostileBytes(...inputs), check), { numRuns: 300 })
  })

  it('TRANSACTION_SIZE_MAX: have so many bytes, and not one more, whoever sends them', () => {
    const unlimited = firstBase({ maxBatchSizeBytes: 0n })
    for (const origin of ['local', 'remote'] as const) {
      const node = new TestRound(THIRD, unlimited)
      const submit = (size: number) =>
        node.pool({ kind: 'submit', input: new Uint8Array(size), origin, ticket: size })
      submit(TRANSACTION_SIZE_MAX)
      submit(TRANSACTION_SIZE_MAX + 1)
      submit(0)
      assert.deepEqual(verdicts(node), ['refused', 'not-taken', 'not-taken'])
      assert.equal(node.state.pool.main.byKey.size, 0)
    }
  })
})

describe('Bad input: storage-sync answers', () => {
  it('of any kind, at any time, end no machine and finish no round out of order', () => {
    const hash = hashOfBytes(toUtf8('hash'))
    const peer = 'liar'
    const types = fc.constantFrom(1 as const, 2 as const)
    const roundsAt = fc.bigInt(0n, 6n)
    const header = (round: bigint) => ({ ...base.header, round, stateRoot: hash, ioRoot: hash })
    const root = fc.record(
      { namespace: fc.constantFrom(RUNTIME_ID, hash), version: roundsAt, type: types },
      { noNullPrototype: true },
    )
    const roots = root.map((one) => ({ ...one, hash }))
    const checkpoint = fc.record(
      {
        root: roots,
        chunks: fc.array(fc.constant(hash), { maxLength: 3 }),
        peers: fc.constantFrom([], [peer]),
      },
      { noNullPrototype: true },
    )
    const writeLog = [[hash, hash]] as const
    const any: fc.Arbitrary<SyncInput> = fc.oneof(
      roundsAt.map((round) => ({ kind: 'new-block', header: header(round) }) as const),
      roundsAt.map((round) => ({ kind: 'headers', headers: [header(round)] }) as const),
      fc.tuple(roundsAt, types, fc.nat(2)).map(([round, type, i]) => {
        const outcomes = [
          { kind: 'present' },
          { kind: 'failed' },
          { kind: 'fetched', writeLog, peer },
        ] as const
        return { kind: 'diff', round, type, outcome: outcomes[i]! } as const
      }),
      fc
        .tuple(roundsAt, types, fc.constantFrom('applied', 'other-root', 'failed'))
        .map(([round, type, outcome]) => ({ kind: 'applied', round, type, outcome }) as const),
      roundsAt.map((round) => ({ kind: 'finalized', round, outcome: 'final' }) as const),
      fc
        .option(fc.array(checkpoint, { maxLength: 3 }), { nil: undefined })
        .map((checkpoints) => ({ kind: 'checkpoints', checkpoints }) as const),
      fc
        .tuple(
          roots,
          fc.integer({ min: -1, max: 4 }),
          fc.constantFrom('restored', 'complete', 'unavailable', 'corrupted', 'wrong', 'failed'),
        )
        .map(
          ([of, index, outcome]) => ({ kind: 'chunk', root: of, index, peer, outcome }) as const,
        ),
      fc
        .constantFrom('restore' as const, 'heartbeat' as const)
        .map((timer) => ({ kind: 'timeout', timer }) as const),
    )
    const start = { namespace: RUNTIME_ID, genesisRound: 0n, checkpoints: 'wanted' } as const
    const check = (all: readonly SyncInput[], hasStart: boolean) => {
      const first = { round: 0n, ioRoot: EMPTY_HASH, stateRoot: EMPTY_HASH }
      let state: SyncState = startSync({ ...start, last: hasStart ? first : undefined })
      for (const input of all) {
        const before = state.finalized
        const stepped = stepSync(state, input)
        state = stepped.state
        const asked = stepped.effects.filter(({ kind }) => kind === 'finalize').length
        assert.ok(asked <= 1)
        if (before !== undefined && state.finalized !== undefined)
          assert.ok(state.finalized >= before)
      }
    }
    const runs = fc.array(any, { maxLength: 40 })
    fc.assert(fc.property(runs, fc.boolean(), check), { numRuns: 300 })
  })
})
