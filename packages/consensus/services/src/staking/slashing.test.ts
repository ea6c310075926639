import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyedMap } from '@wadi/cbor/collections'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { type Slash, SlashReason } from '@wadi/consensus/staking'
import { quantity } from '@wadi/primitives/quantity'
import type { Misbehaviour } from '../kernel/block.ts'
import type { Context } from '../kernel/context.ts'
import { erase, write } from '../kernel/state.ts'
import { nodeStatusOf } from '../registry/queries.ts'
import { testTree } from '../testing/testContext.ts'
import { alice, as, checkSound, pool, poolsOf, testLedger, toldBy } from '../testing/testLedger.ts'
import { testKey } from '../testing/testNodes.ts'
import { putValidator, validatorOf } from '../testing/testValidators.ts'
import { punish } from './slashing.ts'
import { addEscrow } from './transactions/addEscrow.ts'

const FOREVER = 0xffff_ffff_ffff_ffffn

function penalty(amount: bigint, freezeInterval: bigint): Slash {
  return { amount: quantity(amount), freezeInterval }
}

/** The node 1 is alice's, who has fifty in escrow. The last block was in epoch 5, this is 7. */
function ledger(equivocation?: Slash, attack?: Slash): Context {
  const committed = testTree()
  write(committed, beaconKeys.currentEpoch, [], { epoch: 5n, height: 1n })
  const { names } = SlashReason
  const reasons = [
    [names['consensus-equivocation'], equivocation],
    [names['consensus-light-client-attack'], attack],
  ] as const
  const slashing = keyedMap(
    SlashReason,
    reasons.flatMap(([reason, slash]) => (slash === undefined ? [] : [[reason, slash] as const])),
  )
  const ctx = testLedger({ params: { slashing }, committed })
  addEscrow(ctx, { account: alice, amount: quantity(50n) })
  putValidator(ctx, 1)
  return as(ctx, { mode: 'beginBlock' })
}

function misbehaviour(kind: Misbehaviour['kind'], n = 1): Misbehaviour {
  return { kind, validator: validatorOf(n), height: 3n, time: { seconds: 0n, nanoseconds: 0 } }
}

function freezeEndOf({ state }: Context): bigint | undefined {
  return nodeStatusOf(state, testKey(1))?.freezeEndTime
}

describe('misbehaviour', () => {
  it('costs the entity stake and freezes the node, from the epoch of the last block', () => {
    const ctx = ledger(penalty(20n, 3n))
    punish(ctx, misbehaviour('duplicate-vote'))
    assert.deepEqual(poolsOf(ctx, alice).active, pool(30n, 50n))
    assert.equal(freezeEndOf(ctx), 8n)
    assert.deepEqual(toldBy(ctx), ['take_escrow'])
    checkSound(ctx)
  })

  it('is punished by its kind, and not at all if the kind is unknown', () => {
    const ctx = ledger(penalty(20n, 3n), penalty(1n, 1n))
    punish(ctx, misbehaviour('unknown'))
    assert.equal(freezeEndOf(ctx), 0n)
    punish(ctx, misbehaviour('light-client-attack'))
    assert.deepEqual(poolsOf(ctx, alice).active, pool(49n, 50n))
    assert.equal(freezeEndOf(ctx), 6n)
  })

  it('of a frozen node, of nobody, or of a node without a status is not punished', () => {
    const ctx = ledger(penalty(20n, 3n))
    punish(ctx, misbehaviour('duplicate-vote'))
    punish(ctx, misbehaviour('duplicate-vote'))
    punish(ctx, misbehaviour('duplicate-vote', 2))
    assert.deepEqual(toldBy(ctx), ['take_escrow'])
    const other = ledger(penalty(20n, 3n))
    erase(other.state, registryKeys.nodeStatuses, testKey(1))
    punish(other, misbehaviour('duplicate-vote'))
    assert.deepEqual(toldBy(other), [])
  })

  it('freezes for good at most, and not without an interval', () => {
    const forever = ledger(penalty(1n, FOREVER - 5n))
    punish(forever, misbehaviour('duplicate-vote'))
    assert.equal(freezeEndOf(forever), FOREVER)
    const beyond = ledger(penalty(1n, FOREVER))
    punish(beyond, misbehaviour('duplicate-vote'))
    assert.equal(freezeEndOf(beyond), FOREVER)
    const never = ledger(penalty(1n, 0n))
    punish(never, misbehaviour('duplicate-vote'))
    punish(never, misbehaviour('duplicate-vote'))
    assert.deepEqual(toldBy(never), ['take_escrow', 'take_escrow'])
  })

  it('costs nothing where the network names no penalty', () => {
    const ctx = ledger()
    punish(ctx, misbehaviour('duplicate-vote'))
    assert.deepEqual(toldBy(ctx), [])
    assert.equal(freezeEndOf(ctx), 0n)
  })
})
