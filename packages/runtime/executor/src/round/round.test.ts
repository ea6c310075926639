import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { hashOfBytes } from '@wadi/primitives/hash'
import { emptyBlock, hashOfHeader, normalBlock } from '@wadi/runtime-protocol/block'
import { RANK_NONE } from '@wadi/runtime-protocol/commitments/addCommitment'
import { FETCHED_TRANSACTIONS_MAX } from '@wadi/runtime-protocol/limits'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { testCommittee } from '../testing/testNetwork.ts'
import {
  BY_RANK,
  failedCommitment,
  firstBase,
  honestCommitment,
  MEMBERS,
  proposalOf,
  TestRound,
} from '../testing/testRound.ts'
import { toyTransaction } from '../testing/toyRuntime.ts'
import { decodeRecord, encodeRecord } from './signedRecord.ts'

const [PRIMARY, SECOND, THIRD] = BY_RANK
const BACKUP = 3
const STRANGER = 5
const base = firstBase()
const inputs = [toyTransaction({}), toyTransaction({ seq: 1, value: 'other' })]

const commitOf = (round: TestRound) => round.last('commit').commitment.header

describe('a round', () => {
  it('is nothing to a node that is not in the committee, or where there is none', () => {
    for (const node of [
      new TestRound(STRANGER),
      new TestRound(PRIMARY, { ...base, committee: undefined }),
    ]) {
      node
        .submit(...inputs)
        .receive(proposalOf(PRIMARY, inputs, { base }))
        .timeout('flush')
      assert.equal(node.work, 'nothing')
      assert.deepEqual(node.all('execute'), [])
      assert.deepEqual(node.all('set-timer'), [])
    }
  })

  it('begins with the timers of the descriptor', () => {
    const node = new TestRound(THIRD)
    const timers = node.all('set-timer').map(({ timer, afterMs }) => [timer, afterMs])
    assert.deepEqual(timers, [
      ['flush', 10_000],
      ['rank', 2_000],
    ])
    assert.equal(node.state.round.round?.ownRank, 2n)
    assert.equal(new TestRound(BACKUP).state.round.round?.ownRank, RANK_NONE)
  })

  it('is scheduled, proposed, stored, committed to and finished by the primary scheduler', () => {
    const node = new TestRound(PRIMARY).submit(...inputs)
    const call = node.last('execute')
    assert.equal(call.mode, 'schedule')
    assert.equal(call.deadlineMs, 6_000)
    assert.deepEqual(call.inputs.map(toHex), [toHex(inputs[0]!)])
    node.execute()
    const { proposal, epoch } = node.last('propose')
    assert.equal(epoch, 1n)
    assert.deepEqual(proposal.header.previousHash, hashOfHeader(base.header))
    assert.deepEqual(proposal.batch, [hashOfTransaction(inputs[0]!)])
    assert.deepEqual(node.all('commit'), [])
    node.apply()
    const { schedulerId, header } = commitOf(node)
    assert.deepEqual(schedulerId, MEMBERS[PRIMARY]!.id)
    const kinds = node.effects.map(({ kind }) => kind).filter((kind) => kind !== 'trace')
    const order = ['remember', 'propose', 'apply', 'remember', 'commit']
    assert.deepEqual(
      kinds.filter((kind) => order.includes(kind)),
      order,
    )

    const outcome = {
      ioRoot: header.ioRoot!,
      stateRoot: header.stateRoot!,
      messagesHash: header.messagesHash!,
      inMsgsHash: header.inMsgsHash!,
    }
    const block = normalBlock({ header: base.header }, 2n, outcome)
    node.round({ kind: 'new-block', base: { ...base, header: block.header } })
    assert.equal(node.state.pool.main.byKey.size, 1)
  })

  it('leaves transactions in the pool where another batch was final', () => {
    const node = new TestRound(PRIMARY).submit(inputs[0]!).execute().apply()
    const block = emptyBlock({ header: base.header }, 2n, 'roundFailed')
    node.round({ kind: 'new-block', base: { ...base, header: block.header } })
    assert.equal(node.state.pool.main.byKey.size, 1)
  })

  it('is executed and committed to by a worker', () => {
    const node = new TestRound(SECOND).submit(...inputs)
    node.receive(proposalOf(PRIMARY, inputs, { base }))
    assert.equal(node.last('execute').mode, 'execute')
    node.execute().apply()
    assert.deepEqual(
      node.last('commit').commitment.header,
      honestCommitment(SECOND, PRIMARY, inputs, base).header,
    )
    assert.deepEqual(node.last('commit').commitment.messages, [])
    assert.equal(node.work, 'waiting')
  })

  it('waits until storage has the block', () => {
    const node = new TestRound(PRIMARY)
    const next = emptyBlock({ header: base.header }, 2n, 'roundFailed').header
    node.round({ kind: 'new-block', base: { ...base, header: next } }).submit(inputs[0]!)
    assert.deepEqual(node.all('execute'), [])
    assert.equal(node.state.pool.main.byKey.size, 0)
  })

  it('is not scheduled before an epoch, without a runtime, or without a reason', () => {
    assert.deepEqual(new TestRound(PRIMARY).all('execute'), [])
    const last = new TestRound(PRIMARY)
    last.round({ kind: 'consensus-block', height: 5n, isEpochNext: true }).submit(inputs[0]!)
    assert.deepEqual(last.all('execute'), [])
    const bare = new TestRound(PRIMARY).submit(inputs[0]!)
    bare.round({ kind: 'executed', id: bare.last('execute').id, response: undefined })
    bare.round({ kind: 'runtime-status', initialBatchSize: undefined }).timeout('retry')
    assert.equal(bare.all('execute').length, 1)
    bare.round({ kind: 'runtime-status', initialBatchSize: 1 })
    assert.equal(bare.all('execute').length, 2)
  })

  it('is scheduled by the next ones when their turn comes, and by all after the flush', () => {
    const node = new TestRound(SECOND).submit(inputs[0]!)
    assert.deepEqual(node.all('execute'), [])
    node.timeout('rank')
    assert.equal(node.last('execute').mode, 'schedule')
    const idle = new TestRound(PRIMARY).timeout('rank', 3)
    assert.deepEqual(idle.all('execute'), [])
    assert.equal(idle.timeout('flush').last('execute').mode, 'schedule')
  })

  it('goes over to a better proposal, but not from what is about to be signed', () => {
    const mine = new TestRound(SECOND).submit(...inputs).timeout('rank')
    assert.equal(mine.last('execute').mode, 'schedule')
    mine.receive(proposalOf(PRIMARY, inputs, { base }))
    assert.equal(mine.last('execute').mode, 'execute')
    mine.round({ kind: 'executed', id: 1, response: undefined })
    assert.equal(mine.work, 'executing')

    const signing = new TestRound(SECOND)
      .submit(...inputs)
      .timeout('rank')
      .execute()
    signing.receive(proposalOf(PRIMARY, inputs, { base }))
    assert.equal(signing.work, 'applying')
    signing.apply()
    assert.deepEqual(commitOf(signing).schedulerId, MEMBERS[SECOND]!.id)
    assert.equal(signing.last('execute').mode, 'execute')
    signing.execute().apply()
    assert.deepEqual(commitOf(signing).schedulerId, MEMBERS[PRIMARY]!.id)
  })

  it('is no place for worse schedulers once a better one has committed', () => {
    const node = new TestRound(THIRD).submit(...inputs)
    const commitment = honestCommitment(PRIMARY, PRIMARY, inputs, base)
    node.round({ kind: 'commitment', commitment, seen: 'mempool' })
    assert.equal(node.state.round.round?.poolRank, 0n)
    node.receive(proposalOf(SECOND, inputs, { base })).timeout('rank', 5)
    assert.deepEqual(node.all('execute'), [])
  })

  it('ignores answers that nobody waits for, and timers of other rounds', () => {
    const node = new TestRound(PRIMARY).submit(...inputs)
    const before = node.state.round.round
    node.round({ kind: 'executed', id: 99, response: undefined })
    node.round({ kind: 'applied', id: 99, outcome: 'durable' })
    node.round({ kind: 'timeout', round: 9n, timer: 'rank' })
    node.round({ kind: 'fetched', round: 1n, inputs })
    node.round({ kind: 'fetched', round: 9n, inputs })
    node.round({ kind: 'discrepancy', round: 9n, rank: 0n, height: 1n })
    assert.deepEqual(node.state.round.round, before)
  })
})

describe('a runtime that is not there', () => {
  it('is waited for, and costs no proposal a failure', () => {
    const node = new TestRound(SECOND).submit(...inputs)
    node.round({ kind: 'runtime-status', initialBatchSize: undefined })
    node.receive(proposalOf(PRIMARY, inputs, { base }))
    assert.deepEqual(node.all('execute'), [])
    node.round({ kind: 'runtime-status', initialBatchSize: 50 })
    assert.equal(node.all('execute').length, 1)
  })
})

describe('a batch of which something is missing', () => {
  const collecting = () => new TestRound(SECOND).receive(proposalOf(PRIMARY, inputs, { base }))

  it('is asked for among peers, and executed when it is whole', () => {
    const node = collecting()
    assert.deepEqual(node.last('fetch-transactions').hashes, inputs.map(hashOfTransaction))
    node.round({ kind: 'fetched', round: 1n, inputs: [inputs[1]!] })
    assert.deepEqual(node.last('fetch-transactions').hashes, [hashOfTransaction(inputs[0]!)])
    node.round({ kind: 'fetched', round: 1n, inputs: [inputs[0]!] })
    assert.deepEqual(node.last('execute').inputs, inputs)
    assert.equal(node.all('fetch-transactions').length, 2)
  })

  it('is whole, too, when transactions come by themselves', () => {
    const node = collecting().submit(...inputs)
    assert.deepEqual(node.last('execute').inputs, inputs)
  })

  it(`is asked for ${FETCHED_TRANSACTIONS_MAX} transactions at a time`, () => {
    for (const count of [FETCHED_TRANSACTIONS_MAX, FETCHED_TRANSACTIONS_MAX + 1]) {
      const many = Array.from({ length: count }, (_, i) => toyTransaction({ sender: `s${i}` }))
      const base = firstBase({ maxBatchSize: 1_000n })
      const node = new TestRound(SECOND, base).receive(proposalOf(PRIMARY, many, { base }))
      const asked: number[] = []
      for (let i = 0; i < 2 && node.work === 'collecting'; i++) {
        const { hashes } = node.last('fetch-transactions')
        asked.push(hashes.length)
        const found = many.slice(i * FETCHED_TRANSACTIONS_MAX).slice(0, hashes.length)
        node.round({ kind: 'fetched', round: 1n, inputs: found })
      }
      assert.deepEqual(
        asked,
        count === FETCHED_TRANSACTIONS_MAX ? [count] : [FETCHED_TRANSACTIONS_MAX, 1],
      )
      assert.equal(node.work, 'executing')
    }
  })

  it('is asked for again, less and less often', () => {
    const node = collecting()
    const waits: number[] = []
    for (let i = 0; i < 5; i++) {
      node.round({ kind: 'fetched', round: 1n, inputs: [toyTransaction({ key: 'junk' })] })
      waits.push(node.last('set-timer').afterMs)
      node.timeout('fetch')
    }
    assert.deepEqual(waits, [250, 500, 1_000, 2_000, 2_000])
    assert.equal(node.all('fetch-transactions').length, 6)
    assert.equal(node.state.pool.proposed.size, 0)
  })

  it('makes way for the next scheduler after a turn, but not once its own has committed', () => {
    const node = collecting().timeout('rank')
    assert.equal(node.work, 'collecting')
    node.timeout('rank')
    assert.notEqual(node.work, 'collecting')
    const commitment = honestCommitment(PRIMARY, PRIMARY, inputs, base)
    node.round({ kind: 'commitment', commitment, seen: 'block' })
    assert.equal(node.work, 'collecting')
    node.timeout('rank', 5)
    assert.equal(node.work, 'collecting')
  })

  it('is too large by the transactions it is said to have, or by their bytes', () => {
    const sizeBytes = inputs.reduce((sum, { length }) => sum + length, 0)
    const fitting = { maxBatchSize: 2n, maxBatchSizeBytes: BigInt(sizeBytes) }
    const cases = [
      [fitting, 'executing'],
      [{ ...fitting, maxBatchSize: 1n }, 'failed'],
      [{ ...fitting, maxBatchSizeBytes: BigInt(sizeBytes - 1) }, 'failed'],
    ] as const
    for (const [options, expected] of cases) {
      const base = firstBase(options)
      const node = new TestRound(SECOND, base).receive(proposalOf(PRIMARY, inputs, { base }))
      node.round({ kind: 'fetched', round: 1n, inputs })
      const outcome = node.all('commit').length === 0 ? node.work : 'failed'
      assert.equal(outcome, expected)
      if (expected === 'failed') {
        assert.deepEqual(commitOf(node), failedCommitment(SECOND, PRIMARY, base).header)
      }
    }
  })
})

describe('a proposal of a liar', () => {
  it('that is for another block is not executed, and the next scheduler has its turn', () => {
    const previousHash = hashOfBytes(inputs[0]!)
    const node = new TestRound(SECOND).submit(...inputs)
    node.receive(proposalOf(PRIMARY, inputs, { base, previousHash }))
    assert.deepEqual(node.all('execute'), [])
    assert.equal(node.timeout('rank').last('execute').mode, 'schedule')
  })

  it('whose batch is not the one that was signed is not executed', () => {
    const batchHash = hashOfBytes(inputs[0]!)
    const node = new TestRound(SECOND).submit(...inputs)
    node.receive(proposalOf(PRIMARY, inputs, { base, batchHash }))
    assert.deepEqual(node.all('execute'), [])
    assert.deepEqual(node.all('commit'), [])
    assert.equal(node.timeout('rank').last('execute').mode, 'schedule')
  })

  it('that names a transaction twice is refused like any batch that was not signed', () => {
    const twice = [inputs[0]!, inputs[0]!]
    const node = new TestRound(SECOND).submit(inputs[0]!)
    node.receive(proposalOf(PRIMARY, twice, { base, batchHash: hashOfBytes(inputs[1]!) }))
    assert.deepEqual(node.all('execute'), [])
    assert.equal(node.work, 'waiting')
  })

  it('that has no transactions that can be in a batch is refused', () => {
    const node = new TestRound(SECOND)
    node.receive(proposalOf(PRIMARY, [], { base, batchHash: hashOfBytes(inputs[1]!) }))
    assert.deepEqual(node.all('execute'), [])
  })

  it('that was queued for rounds of the next committee does not take the places there', () => {
    const early = proposalOf(PRIMARY, inputs, { base, round: 2n })
    const node = new TestRound(SECOND).receive(early)
    const next = {
      ...base,
      header: emptyBlock({ header: base.header }, 2n, 'epochTransition').header,
    }
    const same = new TestRound(SECOND).receive(early)
    same.round({ kind: 'new-block', base: next })
    assert.equal(same.state.round.proposals.length, 1)
    const ids = MEMBERS.map(({ id }) => id)
    const committee = testCommittee(ids.slice(0, 3).reverse(), ids.slice(3, 5), 2n)
    node.round({ kind: 'new-block', base: { ...next, committee } })
    assert.deepEqual(node.state.round.proposals, [])
  })

  it('that is signed twice is reported, and the first one stays', () => {
    const first = proposalOf(PRIMARY, inputs, { base })
    const second = proposalOf(PRIMARY, [inputs[0]!], { base })
    const node = new TestRound(SECOND).receive(first).receive(second)
    const { evidence } = node.last('report-equivocation')
    assert.deepEqual(evidence.equivocationProp?.propA.header, first.header)
    assert.deepEqual(evidence.equivocationProp?.propB.header, second.header)
    assert.equal(node.state.round.proposals.length, 1)
    node.receive(first)
    assert.equal(node.all('report-equivocation').length, 1)
  })
})

describe('a runtime that does not do its part', () => {
  it('rests after a failure, and is given up on for this proposal after the third', () => {
    const node = new TestRound(SECOND).submit(...inputs)
    node.receive(proposalOf(PRIMARY, inputs, { base })).timeout('rank')
    for (let i = 1; i <= 3; i++) {
      assert.equal(node.all('execute').length, i)
      assert.equal(node.last('execute').mode, 'execute')
      node.round({ kind: 'executed', id: node.last('execute').id, response: undefined })
      assert.equal(node.all('execute').length, i)
      assert.deepEqual(
        [node.last('set-timer').timer, node.last('set-timer').afterMs],
        ['retry', 500],
      )
      node.timeout('retry')
    }
    assert.equal(node.last('execute').mode, 'schedule')
    assert.deepEqual(node.all('commit'), [])
  })

  it('cannot have something committed to that does not fit the question', () => {
    const bad = [
      { round: 9n },
      { previousHash: hashOfBytes(inputs[0]!) },
      { ioRoot: undefined },
      { stateRoot: undefined },
      { messagesHash: undefined },
      { inMsgsHash: undefined },
      { messagesHash: hashOfBytes(inputs[0]!) },
      { inMsgsHash: hashOfBytes(inputs[0]!) },
      { inMsgsCount: 1 },
    ]
    for (const fields of bad) {
      const node = new TestRound(SECOND).submit(...inputs)
      node.receive(proposalOf(PRIMARY, inputs, { base }))
      const call = node.last('execute')
      const good = node.storage.execute(call)!
      const header = { ...good.batch.header, ...fields }
      const response = { ...good, batch: { ...good.batch, header } }
      node.round({ kind: 'executed', id: call.id, response })
      assert.deepEqual(node.all('apply'), [], JSON.stringify(Object.keys(fields)))
      assert.equal(node.work, 'waiting')
    }
  })

  it('has what it rejects taken out of the pool', () => {
    const late = toyTransaction({ sender: 'bob', seq: 0 })
    const node = new TestRound(PRIMARY).submit(late)
    const call = node.last('execute')
    const good = node.storage.execute(call)!
    const response = { ...good, txHashes: [], txRejectHashes: [hashOfTransaction(late)] }
    node.round({ kind: 'executed', id: call.id, response })
    assert.equal(node.state.pool.main.byKey.size, 0)
  })
})

describe('storage that fails', () => {
  it('makes a worker commit to a failure', () => {
    const node = new TestRound(SECOND).submit(...inputs)
    node
      .receive(proposalOf(PRIMARY, inputs, { base }))
      .execute()
      .apply('failed')
    assert.deepEqual(commitOf(node), failedCommitment(SECOND, PRIMARY, base).header)
  })

  it('makes a scheduler silent: nobody may fail at its own proposal', () => {
    const node = new TestRound(PRIMARY).submit(inputs[0]!).execute().apply('failed')
    assert.deepEqual(node.all('commit'), [])
    node.timeout('flush')
    assert.equal(node.all('execute').length, 1)
  })
})

describe('a backup worker', () => {
  const ready = () =>
    new TestRound(BACKUP).submit(...inputs).receive(proposalOf(PRIMARY, inputs, { base }))
  const see = (node: TestRound, commitment: ExecutorCommitment, seen: 'block' | 'mempool') =>
    node.round({ kind: 'commitment', commitment, seen })

  it('holds a batch until there is a discrepancy', () => {
    const node = ready()
    assert.equal(node.work, 'held')
    node.round({ kind: 'discrepancy', round: 1n, rank: 0n, height: 9n })
    assert.deepEqual(node.last('sync-runtime'), { kind: 'sync-runtime', height: 9n })
    node.execute().apply()
    assert.deepEqual(commitOf(node).schedulerId, MEMBERS[PRIMARY]!.id)
  })

  it('gives up a batch that is not the disputed one', () => {
    const node = ready().round({ kind: 'discrepancy', round: 1n, rank: 1n, height: 9n })
    assert.equal(node.work, 'waiting')
    node.receive(proposalOf(SECOND, inputs, { base }))
    assert.equal(node.work, 'executing')
  })

  it('expects a discrepancy when commitments in the mempool differ', () => {
    const node = ready()
    see(node, honestCommitment(PRIMARY, PRIMARY, inputs, base), 'mempool')
    assert.equal(node.work, 'held')
    see(node, failedCommitment(SECOND, PRIMARY, base), 'mempool')
    assert.equal(node.work, 'executing')
    assert.equal(node.state.round.round?.discrepancy?.source, 'prediction')
    see(node, failedCommitment(THIRD, PRIMARY, base), 'mempool')
    assert.equal(node.all('sync-runtime').length, 1)
    node.round({ kind: 'discrepancy', round: 1n, rank: 1n, height: 9n })
    assert.deepEqual(node.state.round.round?.discrepancy, { rank: 1n, source: 'consensus' })
    node.round({ kind: 'discrepancy', round: 1n, rank: 2n, height: 9n })
    assert.equal(node.state.round.round?.discrepancy?.rank, 1n)
  })

  it('does not expect one of a backup scheduler, who has to wait for the timeout', () => {
    const node = ready()
    see(node, honestCommitment(SECOND, SECOND, inputs, base), 'mempool')
    see(node, failedCommitment(PRIMARY, SECOND, base), 'mempool')
    assert.equal(node.state.round.round?.discrepancy, undefined)
  })

  it('believes nothing in the mempool that is not signed', () => {
    const node = ready()
    const good = honestCommitment(PRIMARY, PRIMARY, inputs, base)
    see(node, { ...good, sig: failedCommitment(SECOND, PRIMARY, base).sig }, 'mempool')
    assert.equal(node.state.round.round?.pool.schedulerCommitments.size, 0)
    assert.equal(node.state.round.round?.witnessed.size, 0)
  })

  it('that is a worker, too, executes at once, and again nobody who has committed', () => {
    const ids = MEMBERS.map(({ id }) => id)
    const both = { ...base, committee: testCommittee(ids.slice(0, 3), ids.slice(0, 2)) }
    const node = new TestRound(SECOND, both).submit(...inputs)
    node
      .receive(proposalOf(PRIMARY, inputs, { base }))
      .execute()
      .apply()
    node.round({ kind: 'discrepancy', round: 1n, rank: 0n, height: 9n })
    assert.equal(node.all('execute').length, 1)
    assert.equal(node.all('commit').length, 1)
  })
})

describe('a worker in a discrepancy', () => {
  it('does not submit what would be refused', () => {
    const node = new TestRound(SECOND).submit(...inputs)
    node.receive(proposalOf(PRIMARY, inputs, { base })).execute()
    node.round({ kind: 'discrepancy', round: 1n, rank: 0n, height: 9n }).apply()
    assert.deepEqual(node.all('commit'), [])
  })

  it('stops collecting what it may not commit to', () => {
    const node = new TestRound(SECOND).receive(proposalOf(PRIMARY, inputs, { base }))
    assert.equal(node.work, 'collecting')
    node.round({ kind: 'discrepancy', round: 1n, rank: 0n, height: 9n })
    assert.equal(node.work, 'waiting')
  })
})

describe('what was signed before a crash', () => {
  const proposed = new TestRound(PRIMARY).submit(inputs[0]!).execute()
  const committed = new TestRound(SECOND).submit(...inputs)
  committed
    .receive(proposalOf(PRIMARY, inputs, { base }))
    .execute()
    .apply()

  it('is proposed once more by the scheduler, and nothing else in its place', () => {
    const { record } = proposed.last('remember')
    const again = new TestRound(PRIMARY, base, record)
    assert.deepEqual(again.last('propose'), proposed.last('propose'))
    again.submit(toyTransaction({ sender: 'bob' }))
    assert.equal(again.work, 'collecting')
    again.round({ kind: 'fetched', round: 1n, inputs: [inputs[0]!] })
    assert.equal(again.last('execute').mode, 'execute')
    again.execute().apply()
    assert.deepEqual(again.last('commit'), proposed.apply().last('commit'))
    again.timeout('flush').timeout('rank', 3)
    assert.equal(again.all('execute').length, 1)
  })

  it('is not looked for for ever', () => {
    const { record } = proposed.all('remember')[0]!
    const again = new TestRound(PRIMARY, base, record).submit(toyTransaction({ sender: 'bob' }))
    again.timeout('rank', 2)
    assert.equal(again.work, 'waiting')
    again.timeout('flush')
    assert.deepEqual(again.all('execute'), [])
  })

  it('is committed to once more, if it is the same', () => {
    const { record } = committed.last('remember')
    const restored = decodeRecord(encodeRecord(record))
    assert.deepEqual(restored, record)
    const back = new TestRound(SECOND, base, restored).submit(...inputs)
    back
      .receive(proposalOf(PRIMARY, inputs, { base }))
      .execute()
      .apply()
    assert.deepEqual(back.last('commit'), committed.last('commit'))
    assert.deepEqual(back.last('remember'), committed.last('remember'))

    const other = new TestRound(SECOND, base, restored).submit(...inputs)
    other
      .receive(proposalOf(PRIMARY, inputs, { base }))
      .execute()
      .apply('failed')
    assert.deepEqual(other.all('commit'), [])
    assert.equal(other.work, 'waiting')
  })

  it('is not committed to once more when it is seen to have got out', () => {
    const { record } = committed.last('remember')
    const back = new TestRound(SECOND, base, record).submit(...inputs)
    const commitment = honestCommitment(SECOND, PRIMARY, inputs, base)
    back.round({ kind: 'commitment', commitment, seen: 'block' })
    back.receive(proposalOf(PRIMARY, inputs, { base }))
    assert.deepEqual(back.all('execute'), [])
  })

  it('is not signed again at all where the record does not say what it was', () => {
    const { batchHash } = proposed.last('remember').record
    const again = new TestRound(PRIMARY, base, { round: 1n, batchHash, ranks: [] })
    again.submit(inputs[0]!).timeout('flush')
    assert.deepEqual(again.all('execute'), [])
    const back = new TestRound(SECOND, base, { round: 1n, batchHash: undefined, ranks: [0n] })
    back.submit(...inputs).receive(proposalOf(PRIMARY, inputs, { base }))
    assert.deepEqual(back.all('execute'), [])
  })

  it('does not matter in the next round', () => {
    const record = { round: 7n, batchHash: undefined, ranks: [0n] }
    const node = new TestRound(PRIMARY, base, record).submit(inputs[0]!)
    assert.equal(node.all('execute').length, 1)
  })

  it('is read back, and nothing else is', () => {
    assert.throws(() => decodeRecord(inputs[0]!), { module: 'unknown', code: 1 })
  })
})

describe('who commits to two things', () => {
  it('is reported once for each, and never for the same thing twice', () => {
    const node = new TestRound(SECOND)
    const first = honestCommitment(THIRD, PRIMARY, inputs, base)
    const second = honestCommitment(THIRD, PRIMARY, [inputs[0]!], base)
    const see = (commitment: ExecutorCommitment, seen: 'block' | 'mempool') =>
      node.round({ kind: 'commitment', commitment, seen })
    see(first, 'mempool')
    see(first, 'block')
    assert.deepEqual(node.all('report-equivocation'), [])
    see(second, 'mempool')
    const { evidence } = node.last('report-equivocation')
    assert.ok(equalBytes(evidence.equivocationExecutor!.commitA.nodeId, MEMBERS[THIRD]!.id))
    see(honestCommitment(THIRD, SECOND, inputs, base), 'mempool')
    assert.equal(node.all('report-equivocation').length, 1)
  })

  it('is let alone where nobody wants to know, or who is not in the committee', () => {
    const node = new TestRound(SECOND)
    node.round({
      kind: 'commitment',
      commitment: honestCommitment(STRANGER, PRIMARY, inputs, base),
      seen: 'mempool',
    })
    node.round({
      kind: 'commitment',
      commitment: honestCommitment(THIRD, STRANGER, inputs, base),
      seen: 'mempool',
    })
    assert.equal(node.state.round.round?.witnessed.size, 0)
  })
})
