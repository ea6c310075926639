import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { encode, make, type Schema } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import {
  CommissionSchedule,
  CommissionScheduleRules,
  type Parameters,
  SlashReason,
} from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { methodBodies } from '@wadi/consensus/staking/methods'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import { Transaction } from '@wadi/primitives/transaction'
import fc from 'fast-check'
import { createBlock } from '../kernel/block.ts'
import { type Context, signedBy } from '../kernel/context.ts'
import { entriesOf, write } from '../kernel/state.ts'
import { alice, bob, carol, checkSound, testAddress, testLedger } from '../testing/testLedger.ts'
import { testKey } from '../testing/testNodes.ts'
import { putValidator, validatorOf, votesOf } from '../testing/testValidators.ts'
import { authenticate } from './actions.ts'
import { accountOf, totalSupplyOf } from './queries.ts'
import { service } from './service.ts'

const PARAMS: Partial<Parameters> = {
  debondingInterval: 1n,
  maxAllowances: 2,
  feeSplitWeightPropose: quantity(2n),
  feeSplitWeightVote: quantity(1n),
  feeSplitWeightNextPropose: quantity(1n),
  rewardFactorBlockProposed: quantity(3n),
  rewardFactorEpochSigned: quantity(7n),
  rewardSchedule: [{ until: 1_000n, scale: quantity(1_000_000n) }],
  signingRewardThresholdNumerator: 1n,
  signingRewardThresholdDenominator: 2n,
  slashing: keyedMap(SlashReason, [[0, { amount: quantity(30n), freezeInterval: 0n }]]),
  commissionScheduleRules: make(CommissionScheduleRules, {
    rateChangeInterval: 1n,
    maxRateSteps: 3,
    maxBoundSteps: 3,
    minCommissionRate: quantity(10_000n),
  }),
}

type Name = keyof typeof methodBodies

/** A call by the entity of a number. */
interface Call {
  readonly by: number
  readonly fee: bigint
  readonly method: Name
  readonly body: Uint8Array
}

/** A block: its calls, and what happens around them. */
interface Step {
  readonly calls: readonly Call[]
  readonly beginsEpoch: boolean
  readonly isFaulty: boolean
}

const amount = fc.bigInt(0n, 150n).map(quantity)
const person = fc.constantFrom(alice, bob, carol)
const anybody = fc.oneof(person, fc.constantFrom(testAddress(9), BURN_ADDRESS))

const bodies: { readonly [N in Name]: fc.Arbitrary<object> } = {
  'staking.Transfer': fc.record({ to: anybody, amount }),
  'staking.Burn': fc.record({ amount }),
  'staking.AddEscrow': fc.record({ account: anybody, amount }),
  'staking.ReclaimEscrow': fc.record({ account: person, shares: amount }),
  'staking.AmendCommissionSchedule': fc
    .record({ start: fc.bigInt(8n, 14n), rate: fc.bigInt(0n, 110_000n).map(quantity) })
    .map(({ start, rate }) => ({
      amendment: make(CommissionSchedule, {
        rates: [{ start, rate }],
        bounds: [{ start, rateMin: quantity(10_000n), rateMax: quantity(100_000n) }],
      }),
    })),
  'staking.Allow': fc.record({ beneficiary: person, negative: fc.boolean(), amountChange: amount }),
  'staking.Withdraw': fc.record({ from: person, amount }),
}

const call: fc.Arbitrary<Call> = fc
  .constantFrom(...(Object.keys(bodies) as Name[]))
  .chain((method) =>
    fc.record({
      by: fc.constantFrom(1, 2, 3),
      fee: fc.bigInt(0n, 3n),
      method: fc.constant(method),
      body: bodies[method].map((body) => encode(methodBodies[method] as Schema<unknown>, body)),
    }),
  )

const step: fc.Arbitrary<Step> = fc.record({
  calls: fc.array(call, { maxLength: 8 }),
  beginsEpoch: fc.boolean(),
  isFaulty: fc.boolean(),
})

function ledger(): Context {
  const balances = [alice, bob, carol].map((address) => [address, 200n] as const)
  const ctx = testLedger({ params: PARAMS, balances })
  for (const n of [1, 2]) putValidator(ctx, n)
  return ctx
}

/** The context of the next block of the chain. */
function nextBlock(ctx: Context, { isFaulty }: Step): Context {
  const { time } = ctx.block
  const validator = validatorOf(2)
  const block = createBlock({
    time,
    proposer: validatorOf(1),
    lastCommit: votesOf(1, 2, 3),
    misbehaviour: isFaulty ? [{ kind: 'duplicate-vote', validator, height: 1n, time }] : [],
  })
  return { ...ctx, block, events: [] }
}

/** Runs a call as the application does. Says how much of it was burned. */
function run(ctx: Context, { by, fee, method, body }: Call): bigint {
  const inner = signedBy(ctx, testKey(by))
  const before = totalSupplyOf(ctx.state)
  const { nonce } = accountOf(ctx.state, inner.caller).general
  try {
    const transaction = { nonce, fee: { amount: quantity(fee), gas: 1n }, method, body }
    authenticate(inner, make(Transaction, transaction))
    service.methods[method]!.run(inner, body)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    assert.equal(totalSupplyOf(ctx.state), before)
  }
  return before - totalSupplyOf(ctx.state)
}

describe("no sequence of transactions changes the total supply except burn and mint rules; nobody's balance becomes negative", () => {
  it("and all base units are somewhere, and all shares are somebody's", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const start = ledger()
        let epoch = 7n
        for (const next of steps) {
          const ctx = nextBlock(start, next)
          service.beginBlock!(ctx)
          for (const item of next.calls) {
            const burned = run(ctx, item)
            const mayBurn = ['staking.Burn', 'staking.Transfer'].includes(item.method)
            assert.ok(burned === 0n || mayBurn)
          }
          // Epoch 0 is that of the last block that was committed: nothing begins in it.
          if (next.beginsEpoch) epoch++
          const current = next.beginsEpoch ? epoch : 0n
          write(ctx.state, beaconKeys.currentEpoch, [], { epoch: current, height: 1n })
          service.endBlock!(ctx)
          write(ctx.state, beaconKeys.currentEpoch, [], { epoch, height: 1n })
          checkSound(ctx)
          for (const [, { general, escrow }] of entriesOf(ctx.state, stakingKeys.accounts))
            for (const { balance } of [general, escrow.active, escrow.debonding])
              assert.ok(balance >= 0n)
        }
      }),
      { numRuns: 60 },
    )
  })
})
