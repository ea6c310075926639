import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { NodeStatus } from '@wadi/consensus/registry'
import type { Validator } from '@wadi/consensus/scheduler'
import * as keys from '@wadi/consensus/scheduler/keys'
import { stakingAddress } from '@wadi/primitives/address'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity, ZERO } from '@wadi/primitives/quantity'
import { setEpoch } from '../beacon/state.ts'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { has } from '../kernel/state.ts'
import { setNodeStatus } from '../registry/actions.ts'
import { accountOf } from '../staking/queries.ts'
import { testContext, testTree } from '../testing/testContext.ts'
import {
  EPOCH,
  type NetworkOptions,
  STAKE,
  testNetwork,
  testRuntime,
} from '../testing/testElection.ts'
import { testKey } from '../testing/testNodes.ts'
import { beginBlock, endBlock } from './blocks.ts'
import { currentValidatorsOf, hasPendingValidators, type ValidatorEntry } from './queries.ts'
import { setCurrentValidators, setPendingValidators } from './state.ts'

const params = { rewardFactorEpochElectionAny: quantity(100_000n) }
const nodes = { 1: {}, 2: {}, 3: { node: { roles: ROLES.compute } } }

function network(options: Partial<NetworkOptions> = {}): Context {
  return testNetwork({ nodes, params, runtimes: [testRuntime(1)], ...options })
}

/** The same epoch as in the block before. */
function within(options: Partial<NetworkOptions> = {}): Context {
  const committed = testTree()
  setEpoch(committed, { epoch: EPOCH, height: 5n })
  return network({ ...options, context: { committed, ...options.context } })
}

function slash(ctx: Context): void {
  const owner = stakingAddress(testKey(1_000_001))
  const event = { owner, amount: ZERO, debondingAmount: ZERO }
  emit(ctx, 'oasis_event_100_staking', 'take_escrow', event)
}

function stakeOf({ state }: Context, entity: number): bigint {
  return accountOf(state, stakingAddress(testKey(1_000_000 + entity))).escrow.active.balance
}

function wasHeld({ state }: Context): boolean {
  return hasPendingValidators(state)
}

describe('elections', () => {
  it('are held when an epoch begins', () => {
    const ctx = network()
    beginBlock(ctx)
    assert.ok(wasHeld(ctx))
  })

  it('are not held within an epoch, unless somebody was slashed in this block', () => {
    const quiet = within()
    beginBlock(quiet)
    assert.ok(!wasHeld(quiet))
    const slashed = within()
    slash(slashed)
    beginBlock(slashed)
    assert.ok(wasHeld(slashed))
  })

  it('are not held in the epoch in which the chain began', () => {
    const ctx = network({ context: { baseEpoch: EPOCH } })
    slash(ctx)
    beginBlock(ctx)
    assert.ok(!wasHeld(ctx))
  })

  it('are not held in the second block because an epoch began', () => {
    const ctx = network({ context: { lastHeight: 1n } })
    beginBlock(ctx)
    assert.ok(!wasHeld(ctx))
  })

  it('stop the node in the first block, whose epoch is none', () => {
    const first = network({ context: { lastHeight: 0n } })
    beginBlock(first)
    assert.ok(!wasHeld(first))
    slash(first)
    assert.throws(() => beginBlock(first), { name: 'BugError' })
  })

  it('are announced before anybody is looked at', () => {
    const seen: bigint[] = []
    const beforeSchedule = (ctx: Context, epoch: bigint) => {
      seen.push(epoch)
      setNodeStatus(ctx.state, testKey(2), make(NodeStatus, { freezeEndTime: 9n }))
      return undefined
    }
    const ctx = network({ context: { subscribers: [{ subscriptions: { beforeSchedule } }] } })
    beginBlock(ctx)
    assert.deepEqual(seen, [EPOCH])
    endBlock(ctx)
    assert.deepEqual(
      currentValidatorsOf(ctx.state).map(([, { id }]) => id),
      [testKey(1)],
    )
  })

  it('reward, when an epoch begins, each entity once that validates or stood for a committee', () => {
    const ctx = network({ nodes: { ...nodes, 4: { entity: 1 } } })
    beginBlock(ctx)
    const reward = STAKE
    assert.deepEqual(
      [1, 2, 3].map((entity) => stakeOf(ctx, entity)),
      [STAKE + reward, STAKE + reward, STAKE + reward],
    )
    const owners = ctx.events.filter(({ attributes }) => attributes[0]?.key === 'add_escrow')
    assert.equal(owners.length, 3)
  })

  it('reward nobody who only computes if there is nothing to compute', () => {
    const ctx = network({ runtimes: [] })
    beginBlock(ctx)
    assert.ok(stakeOf(ctx, 1) > STAKE)
    assert.equal(stakeOf(ctx, 3), STAKE)
  })

  it('reward nobody within an epoch', () => {
    const ctx = within()
    slash(ctx)
    beginBlock(ctx)
    assert.equal(stakeOf(ctx, 1), STAKE)
  })
})

function entry(n: number, votingPower: bigint): ValidatorEntry {
  return [testKey(n), { id: testKey(n), entityId: testKey(n), votingPower }]
}

describe('the end of a block', () => {
  it('puts the elected into office, and tells CometBFT who is new, changed or gone', () => {
    const ctx = testContext({ mode: 'endBlock' })
    setCurrentValidators(ctx.state, [entry(1, 10n), entry(2, 20n), entry(3, 30n)])
    const elected = [entry(2, 21n), entry(3, 30n), entry(4, 40n)]
    setPendingValidators(ctx.state, elected)
    assert.deepEqual(endBlock(ctx), [
      { publicKey: testKey(1), power: 0n },
      { publicKey: testKey(2), power: 21n },
      { publicKey: testKey(4), power: 40n },
    ])
    assert.deepEqual(currentValidatorsOf(ctx.state), elected)
    assert.ok(!has(ctx.state, keys.pendingValidators))
  })

  it('tells nothing if nobody was elected', () => {
    const ctx = testContext({ mode: 'endBlock' })
    setCurrentValidators(ctx.state, [entry(1, 10n)])
    assert.equal(endBlock(ctx), undefined)
    assert.deepEqual(currentValidatorsOf(ctx.state), [entry(1, 10n)])
  })

  it('tells all if nobody was in office', () => {
    const ctx = testContext({ mode: 'endBlock' })
    setPendingValidators(ctx.state, [entry(1, 10n)])
    assert.deepEqual(endBlock(ctx), [{ publicKey: testKey(1), power: 10n }])
  })

  it('does not see validators that are null', () => {
    const { state } = testContext()
    const validators = keyedMap<PublicKey, Validator | undefined>(PublicKey, [
      [testKey(1), undefined],
    ])
    state.insert(
      keys.currentValidators.keys.encode(),
      keys.currentValidators.value.encode(validators),
    )
    assert.deepEqual(currentValidatorsOf(state), [])
  })
})
