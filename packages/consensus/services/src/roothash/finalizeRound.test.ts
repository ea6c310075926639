import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { RuntimeState } from '@wadi/consensus/roothash'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import {
  hashOfIncomingMessages,
  type IncomingMessage,
  IncomingMessage as IncomingMessageSchema,
} from '@wadi/consensus/roothash/messages'
import { runtimeAddress } from '@wadi/primitives/address'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import { hashOfHeader } from '@wadi/runtime-protocol/block'
import { FRESH_POOL } from '@wadi/runtime-protocol/commitments/addCommitment'
import type { Context } from '../kernel/context.ts'
import { erase } from '../kernel/state.ts'
import { accountOf } from '../staking/queries.ts'
import { endBlock } from './blocks.ts'
import { tryFinalizeRound } from './finalizeRound.ts'
import { enqueue } from './incomingMessages.ts'
import { violations } from './invariants.ts'
import {
  incomingMessagesOf,
  incomingQueueMetaOf,
  lastIoRootOf,
  lastRoundResultsOf,
  lastStateRootOf,
  roundTimeoutsOf,
} from './queries.ts'
import {
  commitmentBy,
  entityAddress,
  entityOf,
  laterBlock,
  nodeId,
  punishing,
  RUNTIME_ID,
  runtimeAtWork,
  type Saying,
  standing,
  type TestRuntimeOptions,
  testHash,
  toldKinds,
  transferMessage,
} from './testing/testRuntime.ts'
import { executorCommit } from './transactions/executorCommit.ts'

/** Has nodes commit, and forgets what was told about it. */
function commit(ctx: Context, names: string, saying: Saying = {}): void {
  const commits = [...names].map((name) => commitmentBy(ctx, name, saying))
  executorCommit(ctx, { id: RUNTIME_ID, commits })
  ctx.events.length = 0
}

/** The end of the block, after which all invariants hold. */
function end(ctx: Context): void {
  endBlock(ctx)
  assert.deepEqual([...violations(ctx.state)], [])
}

/** The header of the runtime's last block. */
function header(ctx: Context) {
  return standing(ctx).lastBlock.header
}

function discrepancy(options: TestRuntimeOptions = {}): Context {
  const ctx = runtimeAtWork(options)
  commit(ctx, 'ab')
  commit(ctx, 'c', { result: 'wrong' })
  return ctx
}

describe('a round with a result', () => {
  it('gives a normal block', () => {
    const ctx = runtimeAtWork()
    const before = header(ctx)
    commit(ctx, 'abc')
    end(ctx)
    assert.deepEqual(header(ctx), {
      version: 0,
      namespace: RUNTIME_ID,
      round: 12n,
      timestamp: 1_600_000_000n,
      headerType: HEADER_TYPES.normal,
      previousHash: hashOfHeader(before),
      ioRoot: testHash('right'),
      stateRoot: testHash('right'),
      messagesHash: EMPTY_HASH,
      inMsgsHash: EMPTY_HASH,
    })
    const { lastBlockHeight, lastNormalHeight, lastNormalRound, commitmentPool } = standing(ctx)
    assert.deepEqual([lastBlockHeight, lastNormalHeight, lastNormalRound], [11n, 11n, 12n])
    assert.deepEqual(commitmentPool, FRESH_POOL)
    assert.deepEqual(toldKinds(ctx), ['finalized'])
    assert.deepEqual(lastStateRootOf(ctx.state, RUNTIME_ID), testHash('right'))
    assert.deepEqual(lastIoRootOf(ctx.state, RUNTIME_ID), testHash('right'))
  })

  it('ends the timeout', () => {
    const ctx = runtimeAtWork()
    commit(ctx, 'abc')
    assert.equal(roundTimeoutsOf(ctx.state).length, 1)
    end(ctx)
    assert.equal(standing(ctx).timeout, 0n)
    assert.deepEqual(roundTimeoutsOf(ctx.state), [])
  })

  it('says whose results were right, in the order of the committee and whatever the role', () => {
    const ctx = runtimeAtWork({ backupWorkers: 'xa' })
    commit(ctx, 'x', { result: 'wrong' })
    commit(ctx, 'cab')
    end(ctx)
    assert.deepEqual(lastRoundResultsOf(ctx.state, RUNTIME_ID), {
      messages: [],
      goodComputeEntities: ['a', 'b', 'c'].map(entityOf),
      badComputeEntities: [entityOf('x')],
    })
    assert.deepEqual(standing(ctx).livenessStats, {
      totalRounds: 1n,
      goodRounds: [1n, 1n, 1n, 0n, 0n],
      finalizedProposals: [1n, 0n, 0n, 0n, 0n],
      missedProposals: [0n, 0n, 0n, 0n, 0n],
    })
  })

  it('passes over who failed, who is away, and who is no longer registered', () => {
    const ctx = runtimeAtWork({ workers: 'abcd', executor: { allowedStragglers: 2 } })
    commit(ctx, 'ab')
    commit(ctx, 'c', { result: 'failure' })
    erase(ctx.state, registryKeys.nodes, nodeId('b'))
    end(ctx)
    const { goodComputeEntities, badComputeEntities } = lastRoundResultsOf(ctx.state, RUNTIME_ID)
    assert.deepEqual(goodComputeEntities, [entityOf('a')])
    assert.deepEqual(badComputeEntities, [])
    assert.deepEqual(standing(ctx).livenessStats?.goodRounds?.slice(0, 4), [1n, 0n, 0n, 0n])
  })

  it('counts for a backup scheduler as a proposal that the primary one missed', () => {
    const ctx = runtimeAtWork()
    commit(ctx, 'abc', { scheduler: 'b' })
    end(ctx)
    assert.equal(header(ctx).headerType, HEADER_TYPES.normal)
    const { totalRounds, finalizedProposals, missedProposals } = standing(ctx).livenessStats!
    assert.equal(totalRounds, 1n)
    assert.deepEqual(finalizedProposals, [0n, 0n, 0n, 0n, 0n, 0n])
    assert.deepEqual(missedProposals, [1n, 0n, 0n, 0n, 0n, 0n])
  })

  it('goes on with the statistics of the rounds before', () => {
    const ctx = runtimeAtWork()
    commit(ctx, 'abc')
    end(ctx)
    const next = laterBlock(ctx, 12n)
    // It is the last worker's turn now.
    commit(next, 'abc', { scheduler: 'c' })
    end(next)
    assert.deepEqual(standing(next).livenessStats, {
      totalRounds: 2n,
      goodRounds: [2n, 2n, 2n, 0n, 0n, 0n],
      finalizedProposals: [1n, 0n, 1n, 0n, 0n, 0n],
      missedProposals: [0n, 0n, 0n, 0n, 0n, 0n],
    })
  })

  it('does what the messages say, after it took the incoming ones', () => {
    const answer = Uint8Array.of(0x01)
    const callers: Uint8Array[] = []
    const ctx = runtimeAtWork({
      context: {
        subscribers: [
          {
            subscriptions: {
              runtimeStakingMessage: (inner) => {
                if (inner.mode === 'simulate') return undefined
                callers.push(inner.caller)
                assert.equal(incomingQueueMetaOf(inner.state, RUNTIME_ID).size, 0)
                return answer
              },
            },
          },
        ],
      },
    })
    enqueue(ctx, RUNTIME_ID, zero(IncomingMessageSchema))
    const inMsgsHash = hashOfIncomingMessages(incomingMessagesOf(ctx.state, RUNTIME_ID))
    commit(ctx, 'abc', {
      messages: [transferMessage(BURN_ADDRESS, 1n)],
      results: { inMsgsCount: 1, inMsgsHash },
    })
    end(ctx)
    assert.deepEqual(callers, [runtimeAddress(RUNTIME_ID)])
    assert.deepEqual(lastRoundResultsOf(ctx.state, RUNTIME_ID).messages, [
      { module: '', code: 0, index: 0, result: answer },
    ])
    assert.deepEqual(toldKinds(ctx), ['in_msg_processed', 'finalized'])
    assert.deepEqual(header(ctx).inMsgsHash, inMsgsHash)
  })
})

describe('the incoming messages of a round', () => {
  /** A queue of three messages, the first `count` of which a round claims to have dealt with. */
  function dealWith(
    count: number,
    hashed: (all: readonly IncomingMessage[]) => readonly IncomingMessage[],
  ) {
    const ctx = runtimeAtWork()
    for (const tag of [1n, 2n, 3n])
      enqueue(ctx, RUNTIME_ID, { ...zero(IncomingMessageSchema), tag })
    const inMsgsHash = hashOfIncomingMessages(hashed(incomingMessagesOf(ctx.state, RUNTIME_ID)))
    commit(ctx, 'abc', { results: { inMsgsCount: count, inMsgsHash } })
    end(ctx)
    return ctx
  }

  it('are the first ones of the queue, and leave it', () => {
    const ctx = dealWith(2, (all) => all.slice(0, 2))
    assert.deepEqual(toldKinds(ctx), ['in_msg_processed', 'in_msg_processed', 'finalized'])
    assert.deepEqual(
      incomingMessagesOf(ctx.state, RUNTIME_ID).map(({ id }) => id),
      [2n],
    )
    assert.deepEqual(incomingQueueMetaOf(ctx.state, RUNTIME_ID), {
      size: 1,
      nextSequenceNumber: 3n,
    })
  })

  it('are none if none are claimed, not all', () => {
    assert.equal(header(dealWith(0, () => [])).headerType, HEADER_TYPES.normal)
    assert.equal(header(dealWith(0, (all) => all)).headerType, HEADER_TYPES.roundFailed)
  })

  it('are all there are if more are claimed', () => {
    const ctx = dealWith(9, (all) => all)
    assert.equal(header(ctx).headerType, HEADER_TYPES.normal)
    assert.deepEqual(incomingQueueMetaOf(ctx.state, RUNTIME_ID), {
      size: 0,
      nextSequenceNumber: 3n,
    })
  })

  it('fail the round if they are others, which then counts twice', () => {
    const ctx = dealWith(1, (all) => all.slice(1, 2))
    assert.equal(header(ctx).headerType, HEADER_TYPES.roundFailed)
    assert.deepEqual(header(ctx).stateRoot, testHash('genesis'))
    assert.equal(incomingQueueMetaOf(ctx.state, RUNTIME_ID).size, 3)
    assert.deepEqual(toldKinds(ctx), ['finalized'])
    const { totalRounds, finalizedProposals, missedProposals } = standing(ctx).livenessStats!
    assert.deepEqual([totalRounds, finalizedProposals?.[0], missedProposals?.[0]], [1n, 1n, 1n])
  })
})

describe('a round that is waiting', () => {
  it('stays as it is, with statistics', () => {
    const ctx = runtimeAtWork()
    commit(ctx, 'ab')
    const { lastBlock, commitmentPool } = standing(ctx)
    end(ctx)
    assert.deepEqual(standing(ctx).lastBlock, lastBlock)
    assert.deepEqual(standing(ctx).commitmentPool, commitmentPool)
    assert.equal(standing(ctx).livenessStats?.totalRounds, 0n)
    assert.deepEqual(toldKinds(ctx), [])
  })

  it('is decided when its time is over: who is missing makes a discrepancy', () => {
    const ctx = runtimeAtWork()
    commit(ctx, 'ab')
    end(ctx)
    const before = laterBlock(ctx, 15n)
    end(before)
    assert.deepEqual(before.events, [])
    const late = laterBlock(ctx, 16n)
    end(late)
    assert.deepEqual(toldKinds(late), ['execution_discrepancy'])
    assert.equal(standing(late).commitmentPool?.discrepancy, true)
    // Five and a half of five, rounded down.
    assert.deepEqual(roundTimeoutsOf(late.state), [{ height: 16n + 7n, runtime: RUNTIME_ID }])
  })
})

describe('a discrepancy', () => {
  it('is told, and gives the backup workers half as long again', () => {
    const ctx = discrepancy()
    end(ctx)
    assert.deepEqual(toldKinds(ctx), ['execution_discrepancy'])
    assert.equal(standing(ctx).timeout, 11n + 7n)
    assert.equal(header(ctx).round, 11n)
  })

  it('is resolved at once if enough backup workers have committed already', () => {
    const ctx = discrepancy()
    commit(ctx, 'xy')
    end(ctx)
    assert.deepEqual(toldKinds(ctx), ['execution_discrepancy', 'finalized'])
    assert.equal(header(ctx).headerType, HEADER_TYPES.normal)
    assert.deepEqual(roundTimeoutsOf(ctx.state), [])
  })

  it('fails the round if the backup workers disagree with the scheduler', () => {
    const ctx = discrepancy()
    commit(ctx, 'xy', { result: 'wrong' })
    end(ctx)
    assert.equal(header(ctx).headerType, HEADER_TYPES.roundFailed)
    assert.deepEqual(header(ctx).stateRoot, testHash('genesis'))
    assert.deepEqual(header(ctx).ioRoot, EMPTY_HASH)
    const { lastNormalRound, lastBlockHeight, lastNormalHeight, livenessStats } = standing(ctx)
    assert.deepEqual([lastNormalRound, lastBlockHeight, lastNormalHeight], [11n, 11n, 0n])
    assert.deepEqual(livenessStats?.missedProposals, [1n, 0n, 0n, 0n, 0n, 0n])
    assert.equal(livenessStats?.totalRounds, 0n)
    assert.deepEqual(lastRoundResultsOf(ctx.state, RUNTIME_ID).goodComputeEntities, [])
  })

  it('fails the round when the backup workers are too late', () => {
    const ctx = discrepancy()
    end(ctx)
    const late = laterBlock(ctx, 18n)
    end(late)
    assert.deepEqual(toldKinds(late), ['finalized'])
    assert.equal(header(late).headerType, HEADER_TYPES.roundFailed)
    assert.equal(standing(late).timeout, 0n)
  })

  it('of two blocks gets three', () => {
    const ctx = discrepancy({ executor: { roundTimeout: 2n } })
    end(ctx)
    assert.equal(standing(ctx).timeout, 11n + 3n)
  })

  it('of a runtime that never waits is decided in the same block', () => {
    const ctx = discrepancy({ executor: { roundTimeout: 0n } })
    end(ctx)
    assert.deepEqual(toldKinds(ctx), ['execution_discrepancy', 'finalized'])
    assert.equal(header(ctx).headerType, HEADER_TYPES.roundFailed)
    assert.deepEqual(roundTimeoutsOf(ctx.state), [])
  })

  it('of a runtime that never waits is also decided at once when votes are missing', () => {
    const ctx = runtimeAtWork({ executor: { roundTimeout: 0n } })
    commit(ctx, 'ab')
    end(ctx)
    assert.deepEqual(toldKinds(ctx), ['execution_discrepancy', 'finalized'])
    assert.equal(header(ctx).headerType, HEADER_TYPES.roundFailed)
  })

  it('of a runtime that waits for longer than there are heights wraps around', () => {
    const ctx = discrepancy({ executor: { roundTimeout: 2n ** 63n - 1n } })
    assert.equal(standing(ctx).timeout, -(2n ** 63n) + 10n)
    endBlock(ctx)
    // (2^63 − 1) · 15 is 2^63 − 15 in 64 bits with a sign, and a tenth of that is rounded down.
    assert.equal(standing(ctx).timeout, 11n + (2n ** 63n - 15n) / 10n)
  })

  it('takes from those who were wrong and gives to those who were right', () => {
    const staking = punishing({ 'runtime-incorrect-results': 100n }, { rewardBadResults: 10 })
    const ctx = discrepancy({ runtime: { staking } })
    commit(ctx, 'xy')
    end(ctx)
    const { state } = ctx
    const escrows = [...'abcxyz'].map(
      (name) => accountOf(state, entityAddress(name)).escrow.active.balance,
    )
    // 90 for four: 22 each, and 2 stay in the common pool.
    assert.deepEqual(escrows, [1_022n, 1_022n, 900n, 1_022n, 1_022n, 1_000n])
    assert.equal(accountOf(state, runtimeAddress(RUNTIME_ID)).general.balance, 10n)
  })

  it('takes nothing without a discrepancy, although a backup worker was wrong', () => {
    const staking = punishing({ 'runtime-incorrect-results': 100n })
    const ctx = runtimeAtWork({ runtime: { staking } })
    commit(ctx, 'x', { result: 'wrong' })
    commit(ctx, 'abc')
    end(ctx)
    assert.deepEqual(toldKinds(ctx), ['finalized'])
    assert.equal(accountOf(ctx.state, entityAddress('x')).escrow.active.balance, 1_000n)
  })
})

describe('a round that cannot be decided', () => {
  it('stops the node if the runtime is not at work', () => {
    const ctx = runtimeAtWork({ state: { ...zero(RuntimeState), suspended: true } })
    assert.throws(() => tryFinalizeRound(ctx, RUNTIME_ID, 'timeout'), {
      module: 'roothash',
      code: 5,
    })
  })
})
