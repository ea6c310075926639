import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePlainErrors, UnavailableError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { type ProposalContent, ProposalState } from '@wadi/consensus/governance'
import { ParameterChanges } from '@wadi/consensus/governance/parameterChanges'
import type { Subscriptions } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { write } from '../kernel/state.ts'
import { StopForUpgrade, type Upgrader } from '../kernel/upgrader.ts'
import { commonPoolOf, governanceDepositsOf } from '../staking/queries.ts'
import {
  delegate,
  elect,
  proposing,
  summaryOf,
  testGovernance,
  upgradeAt,
} from '../testing/testGovernance.ts'
import { alice, as, balanceOf, testAddress, toldBy } from '../testing/testLedger.ts'
import { createUpgrader } from '../upgrade/upgrader.ts'
import { beginBlock, endBlock } from './blocks.ts'
import { violations } from './invariants.ts'
import { subscriptions } from './messages.ts'
import { activeProposalsOf, parametersOf, pendingUpgradesOf, proposalOf } from './queries.ts'
import { setParameters, setVote } from './state.ts'
import { submitProposal } from './transactions/submitProposal.ts'

const { passed, rejected, failed } = ProposalState.names
const [YES, NO] = [1, 2]

function change(changes: Partial<ParameterChanges>, module = 'governance'): ProposalContent {
  const encoded = encode(ParameterChanges, make(ParameterChanges, changes))
  return proposing({ changeParameters: { module, changes: encoded } })
}

interface Start {
  readonly upgrader?: Upgrader
  readonly subscriptions?: Subscriptions
}

/** Entities 20 and 21 validate, with 700 and 300 base units; 20 has two nodes. */
function network(start: Start = {}): Context {
  const subscribers = [{ subscriptions: start.subscriptions ?? subscriptions }]
  const ctx = testGovernance({ ...start, subscribers, balances: [[alice, 1_000n]] })
  delegate(ctx.state, 20, 700n, [[testAddress(20), 7n]])
  delegate(ctx.state, 21, 300n, [[testAddress(21), 3n]])
  elect(ctx.state, { node: 30, entity: 20 }, { node: 31, entity: 20 }, { node: 32, entity: 21 })
  return ctx
}

/** Makes a proposal, which 20 and 21 vote on. */
function propose(ctx: Context, content: ProposalContent, votes: readonly number[] = [YES]): bigint {
  const { id } = submitProposal(ctx, content)!
  for (const [i, vote] of votes.entries()) setVote(ctx.state, id, testAddress(20 + i), vote)
  return id
}

/** Goes over to an epoch, and ends its first block. */
function endEpoch(ctx: Context, epoch: bigint): Context {
  write(ctx.state, beaconKeys.currentEpoch, [], { epoch, height: 11n })
  const ended = as(ctx, { mode: 'endBlock' })
  endBlock(ended)
  return ended
}

function upgrade(epoch: bigint): ProposalContent {
  return proposing({ upgrade: upgradeAt(epoch) })
}

describe('the end of an epoch', () => {
  it('closes the proposals that were open until then, and only those', () => {
    const ctx = network()
    const first = propose(ctx, upgrade(100n))
    assert.deepEqual(toldBy(endEpoch(ctx, 11n)), [])
    const second = propose(ctx, upgrade(200n))
    assert.deepEqual(toldBy(endEpoch(ctx, 12n)), [
      'proposal_executed',
      'proposal_finalized',
      'transfer',
    ])
    assert.equal(proposalOf(ctx.state, first)?.state, passed)
    assert.deepEqual(
      activeProposalsOf(ctx.state).map(({ id }) => id),
      [second],
    )
    assert.deepEqual([...violations(ctx.state)], [])
  })

  it('does nothing within an epoch, or in the first two blocks', () => {
    const ctx = network()
    propose(ctx, upgrade(100n))
    write(ctx.state, beaconKeys.currentEpoch, [], { epoch: 12n, height: 11n })
    const chain = { ...ctx.chain, initialHeight: 10n }
    endBlock(as(ctx, { chain, mode: 'endBlock' }))
    endBlock(as(ctx, { committed: undefined, mode: 'endBlock' }))
    endBlock(as(ctx, { committed: { ...ctx.committed!, state: ctx.state }, mode: 'endBlock' }))
    assert.equal(activeProposalsOf(ctx.state).length, 1)
  })

  it('counts an entity once, and writes what came out', () => {
    const ctx = network()
    const id = propose(ctx, upgrade(100n), [NO, YES])
    setVote(ctx.state, id, alice, YES)
    endEpoch(ctx, 12n)
    assert.deepEqual(summaryOf(proposalOf(ctx.state, id)!), {
      state: rejected,
      results: [
        [YES, 300n],
        [NO, 700n],
      ],
      invalidVotes: 1n,
    })
  })

  it('gives the deposit back unless the proposal is rejected', () => {
    for (const [content, votes, state] of [
      [upgrade(100n), [YES], passed],
      [change({ votingPeriod: 9n }, 'nobody'), [YES], failed],
      [upgrade(100n), [NO], rejected],
      [upgrade(100n), [], rejected],
    ] as const) {
      const ctx = network()
      const validate: Subscriptions = { validateParameterChanges: () => 'understood' }
      const id = propose(withSubscriptions(ctx, validate), content, votes)
      const before = commonPoolOf(ctx.state)
      const told = toldBy(endEpoch(ctx, 12n))
      assert.equal(proposalOf(ctx.state, id)?.state, state)
      assert.equal(balanceOf(ctx, alice), state === rejected ? 990n : 1_000n)
      assert.equal(commonPoolOf(ctx.state) - before, state === rejected ? 10n : 0n)
      assert.equal(governanceDepositsOf(ctx.state), 0n)
      assert.deepEqual(told.slice(-2), ['proposal_finalized', 'transfer'])
      assert.equal(told.includes('proposal_executed'), state === passed)
      assert.deepEqual([...violations(ctx.state)], [])
    }
  })

  it('stops the network if nobody has stake, but only when there is something to close', () => {
    const ctx = network()
    delegate(ctx.state, 20, 0n, [])
    delegate(ctx.state, 21, 0n, [])
    endEpoch(ctx, 11n)
    propose(ctx, upgrade(100n))
    assert.throws(() => endEpoch(ctx, 16n), { name: 'BugError' })
  })

  it('takes the threshold that an earlier proposal of the same block has set', () => {
    const ctx = network()
    delegate(ctx.state, 20, 690n, [[testAddress(20), 1n]])
    delegate(ctx.state, 21, 310n, [[testAddress(21), 1n]])
    propose(ctx, change({ stakeThreshold: 70 }))
    const second = propose(ctx, change({ stakeThreshold: 67 }))
    endEpoch(ctx, 12n)
    assert.equal(proposalOf(ctx.state, second)?.state, rejected)
    assert.equal(parametersOf(ctx.state).stakeThreshold, 70)
  })
})

function withSubscriptions(ctx: Context, more: Subscriptions): Context {
  return {
    ...ctx,
    chain: {
      ...ctx.chain,
      bus: { publish: (inner, kind, message) => more[kind]?.(inner, message) },
    },
  }
}

describe('executing an upgrade', () => {
  it('remembers it, and tells the node', () => {
    const upgrader = createUpgrader()
    const ctx = network({ upgrader })
    propose(ctx, upgrade(100n))
    endEpoch(ctx, 12n)
    assert.deepEqual(pendingUpgradesOf(ctx.state), [upgradeAt(100n)])
    assert.deepEqual(upgrader.upgradeOf(upgradeAt(100n))?.descriptor, upgradeAt(100n))
  })

  it('does not mind that the node knows it already', () => {
    const upgrader = createUpgrader()
    upgrader.submitDescriptor(upgradeAt(100n))
    const ctx = network({ upgrader })
    const id = propose(ctx, upgrade(100n))
    endEpoch(ctx, 12n)
    assert.equal(proposalOf(ctx.state, id)?.state, passed)
    assert.equal(upgrader.pending.length, 1)
  })

  it('fails if it is too near to one that passed meanwhile, but may be late', () => {
    const ctx = network()
    const ids = [upgrade(27n), upgrade(46n), upgrade(47n)].map((content) => propose(ctx, content))
    setParameters(ctx.state, { ...parametersOf(ctx.state), upgradeMinEpochDiff: 20n })
    endEpoch(ctx, 12n)
    assert.deepEqual(
      ids.map((id) => proposalOf(ctx.state, id)?.state),
      [passed, failed, passed],
    )
    assert.deepEqual(pendingUpgradesOf(ctx.state), [upgradeAt(27n), upgradeAt(47n)])
  })
})

describe('executing a cancellation', () => {
  const cancel = (proposalId: bigint) => proposing({ cancelUpgrade: { proposalId } })

  function withPassed(upgrader: Upgrader | undefined): Context {
    const ctx = network(upgrader === undefined ? {} : { upgrader })
    propose(ctx, upgrade(100n))
    endEpoch(ctx, 12n)
    return ctx
  }

  it('forgets the upgrade, once, and tells the node', () => {
    const upgrader = createUpgrader()
    const ctx = withPassed(upgrader)
    const ids = [cancel(0n), cancel(0n)].map((content) => propose(ctx, content))
    endEpoch(ctx, 17n)
    assert.deepEqual(pendingUpgradesOf(ctx.state), [])
    assert.deepEqual(upgrader.pending, [])
    assert.deepEqual(
      ids.map((id) => proposalOf(ctx.state, id)?.state),
      [passed, failed],
    )
  })

  it('does not mind that the node has begun, or knows nothing of it', () => {
    const begun = createUpgrader()
    for (const upgrader of [begun, undefined]) {
      const ctx = withPassed(upgrader)
      const id = propose(ctx, cancel(0n))
      if (upgrader !== undefined)
        upgrader.consensusUpgrade(undefined, { epoch: 100n, lastHeight: 10n })
      endEpoch(ctx, 17n)
      assert.equal(proposalOf(ctx.state, id)?.state, passed)
    }
    assert.equal(begun.pending.length, 1)
  })
})

describe('executing a change of parameters', () => {
  it('has the module do it', () => {
    const ctx = network()
    const id = propose(ctx, change({ votingPeriod: 9n }))
    endEpoch(ctx, 12n)
    assert.equal(proposalOf(ctx.state, id)?.state, passed)
    assert.equal(parametersOf(ctx.state).votingPeriod, 9n)
  })

  it('fails if changes have been disabled, also by a proposal of the same block', () => {
    const ctx = network()
    propose(ctx, change({ enableChangeParametersProposal: false }))
    const id = propose(ctx, change({ votingPeriod: 9n }))
    endEpoch(ctx, 12n)
    assert.equal(proposalOf(ctx.state, id)?.state, failed)
    assert.equal(parametersOf(ctx.state).votingPeriod, 5n)
  })

  it('fails if the parameters would not do any more, and keeps what was written before', () => {
    const { written } = definePlainErrors('blocks.test', { written: 'after something was written' })
    const ctx = network({
      subscriptions: {
        validateParameterChanges: () => 'understood',
        changeParameters: ({ state }) => {
          setParameters(state, { ...parametersOf(state), votingPeriod: 1n })
          throw written()
        },
      },
    })
    const id = propose(ctx, change({ votingPeriod: 9n }))
    assert.equal(toldBy(endEpoch(ctx, 12n)).includes('proposal_executed'), false)
    assert.equal(proposalOf(ctx.state, id)?.state, failed)
    assert.equal(parametersOf(ctx.state).votingPeriod, 1n)
  })

  it('stops when the world does not deliver, instead of failing', () => {
    const ctx = network({
      subscriptions: {
        validateParameterChanges: () => 'understood',
        changeParameters: () => {
          throw new UnavailableError('test.disk', 'no disk')
        },
      },
    })
    propose(ctx, change({ votingPeriod: 9n }))
    assert.throws(() => endEpoch(ctx, 12n), { reason: 'test.disk' })
  })
})

describe('the beginning of an epoch', () => {
  function reach(upgrader: Upgrader | undefined, epoch: bigint): Context {
    const ctx = network(upgrader === undefined ? {} : { upgrader })
    propose(ctx, upgrade(100n))
    propose(ctx, upgrade(200n))
    endEpoch(ctx, 12n)
    write(ctx.state, beaconKeys.currentEpoch, [], { epoch, height: 11n })
    return as(ctx, { mode: 'beginBlock' })
  }

  it('forgets its upgrade if the node has begun it, or has no upgrader', () => {
    for (const upgrader of [createUpgrader(), undefined]) {
      const ctx = reach(upgrader, 100n)
      upgrader?.consensusUpgrade(ctx, { epoch: 100n, lastHeight: 10n })
      beginBlock(ctx)
      assert.deepEqual(pendingUpgradesOf(ctx.state), [upgradeAt(200n)])
    }
  })

  it('stops if the node does not know the upgrade, or has not begun it', () => {
    assert.throws(() => beginBlock(reach(createUpgrader(), 100n)), StopForUpgrade)
    const ctx = reach(undefined, 100n)
    const ignorant = { ...ctx, chain: { ...ctx.chain, upgrader: createUpgrader() } }
    assert.throws(() => beginBlock(ignorant), StopForUpgrade)
  })

  it('does nothing in other epochs', () => {
    for (const epoch of [99n, 101n]) {
      const ctx = reach(createUpgrader(), epoch)
      beginBlock(ctx)
      assert.equal(pendingUpgradesOf(ctx.state).length, 2)
    }
  })
})
