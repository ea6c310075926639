/** A ledger with everything in it that commands show. */

import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text, u8 } from '@wadi/cbor/scalars'
import { Account, Parameters, ThresholdKind } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import { type State, write } from '@wadi/consensus-services/kernel/state'
import { writeStaking } from '@wadi/consensus-services/testing/writtenState'

import { Address, moduleAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'

/** Who is in the ledger. */
export const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) =>
  moduleAddress('commands', name),
) as [Address, Address, Address]

const pool = (balance: bigint, totalShares: bigint) => ({
  balance: quantity(balance),
  totalShares: quantity(totalShares),
})
const held = (delegator: Address, escrow: Address, shares: bigint) => ({
  delegator,
  escrow,
  delegation: { shares: quantity(shares) },
})
const leaving = (delegator: Address, escrow: Address, end: readonly [bigint, bigint]) => ({
  delegator,
  escrow,
  delegation: { shares: quantity(end[0]), debondEnd: end[1] },
})
const { 'node-validator': validator } = ThresholdKind.names

/** Alice has all that an account can have. */
const aliceAccount = make(Account, {
  general: {
    balance: quantity(1_234_567n),
    nonce: 42n,
    allowances: keyedMap(Address, [
      [bob, quantity(5n)],
      [carol, quantity(2_000_000n)],
    ]),
    hooks: keyedMap(u8, []),
  },
  escrow: {
    active: pool(3_000_000n, 2_000n),
    debonding: pool(100n, 50n),
    commissionSchedule: {
      rates: [{ start: 5n, rate: quantity(12_345n) }],
      bounds: [{ start: 0n, rateMin: quantity(0n), rateMax: quantity(100_000n) }],
    },
    stakeAccumulator: {
      claims: keyedMap(text, [
        ['registry.RegisterEntity', [{ global: ThresholdKind.names.entity, const: undefined }]],
        ['roothash.Something', [{ global: undefined, const: quantity(9n) }]],
      ]),
    },
  },
})

/** Writes it. */
export function writeLedger(state: State): void {
  write(
    state,
    keys.parameters,
    [],
    make(Parameters, {
      ...Parameters.zero,
      tokenSymbol: 'TEST',
      tokenValueExponent: 6,
      thresholds: keyedMap(ThresholdKind, [
        [ThresholdKind.names.entity, quantity(1_500_000n)],
        [validator, quantity(3n)],
      ]),
    }),
  )
  writeStaking(state, {
    accounts: [
      [alice, aliceAccount],
      [bob, Account.zero],
    ],
    delegations: [held(alice, alice, 1_000n), held(bob, alice, 1_000n)],
    debondingDelegations: [leaving(alice, alice, [10n, 9n]), leaving(bob, alice, [40n, 7n])],
    totalSupply: quantity(10_000_000n),
    commonPool: quantity(77n),
    lastBlockFees: quantity(0n),
    governanceDeposits: quantity(1_000_000n),
  })
}
